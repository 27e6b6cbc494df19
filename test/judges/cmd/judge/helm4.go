package main

import (
	"bytes"
	"fmt"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader"
	chartv2 "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/cli/values"
	"helm.sh/helm/v4/pkg/getter"
	releasev1 "helm.sh/helm/v4/pkg/release/v1"
)

type helm4 struct{}

func (helm4) userValues(r request) (map[string]any, error) {
	provider := getter.Provider{
		Schemes: []string{valuesScheme},
		New:     func(...getter.Option) (getter.Getter, error) { return textGetter4(r.Values), nil },
	}
	options := values.Options{
		ValueFiles:    valuesNames(r.Values),
		JSONValues:    r.SetJSON,
		Values:        r.Set,
		StringValues:  r.SetString,
		FileValues:    r.SetFile,
		LiteralValues: r.SetLiteral,
	}
	return options.MergeValues(getter.Providers{provider})
}

type textGetter4 []string

func (texts textGetter4) Get(name string, _ ...getter.Option) (*bytes.Buffer, error) {
	return valuesText(texts, name)
}

func (helm4) finalValues(r request, user map[string]any) (map[string]any, error) {
	chart, err := loadChart4(r.Chart)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(chart, user); err != nil {
		return nil, err
	}
	top, err := commonutil.ToRenderValuesWithSchemaValidation(chart, user, common.ReleaseOptions{}, nil, !r.Schema)
	if err != nil {
		return nil, err
	}
	final, err := top.Table("Values")
	return final, err
}

func (helm4) template(r request, user map[string]any) (string, string, error) {
	chart, err := loadChart4(r.Chart)
	if err != nil {
		return "", "", err
	}
	install := action.NewInstall(action.NewConfiguration())
	install.DryRunStrategy = action.DryRunClient
	install.Replace = true
	install.ReleaseName = r.Release.Name
	install.Namespace = r.Release.Namespace
	install.IsUpgrade = r.Release.IsUpgrade
	if r.KubeVersion != "" {
		if install.KubeVersion, err = common.ParseKubeVersion(r.KubeVersion); err != nil {
			return "", "", fmt.Errorf("invalid kube version '%s': %w", r.KubeVersion, err)
		}
	}
	releaser, err := install.Run(chart, user)
	if err != nil {
		return "", "", err
	}
	release, ok := releaser.(*releasev1.Release)
	if !ok {
		return "", "", fmt.Errorf("unexpected release type %T", releaser)
	}
	var text strings.Builder
	fmt.Fprintf(&text, manifestForm, strings.TrimSpace(release.Manifest))
	for _, hook := range release.Hooks {
		fmt.Fprintf(&text, hookForm, hook.Path, hook.Manifest)
	}
	return text.String(), release.Info.Notes, nil
}

// loadChart4 reads the chart anew each time: to render it changes it, and a test may have changed it on disk.
func loadChart4(folder string) (*chartv2.Chart, error) {
	charter, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	loaded, ok := charter.(*chartv2.Chart)
	if !ok {
		return nil, fmt.Errorf("the judge does not know charts of type %T", charter)
	}
	if kind := loaded.Metadata.Type; kind != "" && kind != "application" {
		return nil, fmt.Errorf("%s charts are not installable", kind)
	}
	accessor, err := chart.NewAccessor(loaded)
	if err != nil {
		return nil, err
	}
	return loaded, action.CheckDependencies(loaded, accessor.MetaDependencies())
}

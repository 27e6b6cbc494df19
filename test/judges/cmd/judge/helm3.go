package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/getter"
)

type helm3 struct{}

func (helm3) userValues(r request) (map[string]any, error) {
	provider := getter.Provider{
		Schemes: []string{valuesScheme},
		New:     func(...getter.Option) (getter.Getter, error) { return textGetter3(r.Values), nil },
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

type textGetter3 []string

func (texts textGetter3) Get(name string, _ ...getter.Option) (*bytes.Buffer, error) {
	return valuesText(texts, name)
}

func (helm3) finalValues(r request, user map[string]any) (map[string]any, error) {
	chart, err := loadChart3(r.Chart)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependenciesWithMerge(chart, user); err != nil {
		return nil, err
	}
	top, err := chartutil.ToRenderValuesWithSchemaValidation(chart, user, chartutil.ReleaseOptions{}, nil, !r.Schema)
	if err != nil {
		return nil, err
	}
	final, err := top.Table("Values")
	return final, err
}

func (helm3) template(r request, user map[string]any) (string, string, error) {
	chart, err := loadChart3(r.Chart)
	if err != nil {
		return "", "", err
	}
	install := action.NewInstall(new(action.Configuration))
	install.DryRun = true
	install.DryRunOption = "true"
	install.ClientOnly = true
	install.Replace = true
	install.ReleaseName = r.Release.Name
	install.Namespace = r.Release.Namespace
	install.IsUpgrade = r.Release.IsUpgrade
	if r.KubeVersion != "" {
		if install.KubeVersion, err = chartutil.ParseKubeVersion(r.KubeVersion); err != nil {
			return "", "", fmt.Errorf("invalid kube version '%s': %w", r.KubeVersion, err)
		}
	}
	release, err := install.Run(chart, user)
	if err != nil {
		return "", "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, manifestForm, strings.TrimSpace(release.Manifest))
	for _, hook := range release.Hooks {
		fmt.Fprintf(&text, hookForm, hook.Path, hook.Manifest)
	}
	return text.String(), release.Info.Notes, nil
}

// loadChart3 reads the chart anew each time: to render it changes it, and a test may have changed it on disk.
func loadChart3(folder string) (*chart.Chart, error) {
	chart, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	if kind := chart.Metadata.Type; kind != "" && kind != "application" {
		return nil, fmt.Errorf("%s charts are not installable", kind)
	}
	return chart, action.CheckDependencies(chart, chart.Metadata.Dependencies)
}

// Helm takes values files by name only, but reads them through what the name's scheme stands for.
const valuesScheme = "request"

func valuesNames(texts []string) []string {
	names := make([]string, len(texts))
	for i := range texts {
		names[i] = valuesScheme + ":" + strconv.Itoa(i)
	}
	return names
}

func valuesText(texts []string, name string) (*bytes.Buffer, error) {
	i, err := strconv.Atoi(strings.TrimPrefix(name, valuesScheme+":"))
	if err != nil || i < 0 || i >= len(texts) {
		return nil, fmt.Errorf("no values file %q in the request", name)
	}
	return bytes.NewBufferString(texts[i]), nil
}

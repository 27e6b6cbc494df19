package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// accepted is a rendered chart. Objects are in the order in which `helm template` prints them.
type accepted struct {
	OK        bool              `json:"ok"`
	Objects   []json.RawMessage `json:"objects"`
	Manifests map[string]string `json:"manifests"`
	Notes     string            `json:"notes"`
	// Warnings name what the reader passes over in silence: a key that stands twice in one map.
	Warnings []string `json:"warnings"`
}

const sourceComment = "# Source: "

// readText reads what `helm template` prints as Kubernetes' own readers do.
func readText(text, notes string) (*accepted, error) {
	result := &accepted{OK: true, Objects: []json.RawMessage{}, Manifests: map[string]string{}, Notes: notes, Warnings: []string{}}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	source := ""
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return result, nil
		}
		if err != nil {
			return nil, err
		}
		shown := strings.TrimSpace(strings.TrimPrefix(string(document), "---\n"))
		if comment, found := strings.CutPrefix(shown, sourceComment); found {
			source, _, _ = strings.Cut(comment, "\n")
		}
		if err := result.add(source, document); err != nil {
			return nil, fmt.Errorf("%s renders to what Kubernetes cannot read: %w", source, err)
		}
		if shown != "" {
			result.Manifests[source] += "---\n" + shown + "\n"
		}
	}
}

func (a *accepted) add(source string, document []byte) error {
	object, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		doubt := err
		if object, err = yaml.YAMLToJSON(document); err != nil {
			return err
		}
		a.Warnings = append(a.Warnings, fmt.Sprintf("%s: %v", source, doubt))
	}
	if string(object) == "null" {
		return nil
	}
	marked, err := markIntegers(object)
	if err != nil {
		return err
	}
	a.Objects = append(a.Objects, marked)
	return nil
}

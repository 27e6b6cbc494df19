// Command judge answers what Helm 3 and Helm 4 make of a chart and of values, many times in one process: it calls the
// packages that `helm template` itself calls, in the same order.
//
// It reads one JSON request a line and writes one JSON answer a line, in the order of the requests:
//
//	{"op": "render",   "chart": DIR, "values": [TEXT, ...], "set": ["a.b=c", ...], "release": {...}, "kubeVersion": "1.33"}
//	{"op": "coalesce", "chart": DIR, "values": [TEXT, ...], "set": [...], "schema": true}
//	{"op": "read",     "values": [TEXT, ...], "set": [...], "typed": true}
//	{"op": "parse",    "manifest": TEXT}
//
// Next to "set" there are "setJson", "setString", "setFile" and "setLiteral", as Helm calls its options.
//
// An answer is {"majors": {"3": RESULT, "4": RESULT}}, each RESULT {"ok": true, ...} or {"ok": false, "error": TEXT}.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

// request is one line of input. Values holds the texts of the -f files, in their order.
type request struct {
	Op          string   `json:"op"`
	Majors      []int    `json:"majors"`
	Chart       string   `json:"chart"`
	Values      []string `json:"values"`
	Set         []string `json:"set"`
	SetJSON     []string `json:"setJson"`
	SetString   []string `json:"setString"`
	SetFile     []string `json:"setFile"`
	SetLiteral  []string `json:"setLiteral"`
	Release     release  `json:"release"`
	KubeVersion string   `json:"kubeVersion"`
	// Manifest is a text of `helm template`, for parse.
	Manifest string `json:"manifest"`
	// Schema asks coalesce to check the chart's JSON schema too.
	Schema bool `json:"schema"`
	// Typed asks for integers to be told from floats; see plain.
	Typed bool `json:"typed"`
}

type release struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	IsUpgrade bool   `json:"isUpgrade"`
}

// helm is what the judge asks of one major version.
type helm interface {
	// userValues merges -f files and --set and its like as the command does before it meets the chart.
	userValues(request) (map[string]any, error)
	// finalValues is .Values as a template sees it.
	finalValues(request, map[string]any) (map[string]any, error)
	// template is what `helm template` prints, and the notes that it does not print.
	template(request, map[string]any) (text, notes string, err error)
}

// The two parts of the text that the command prints: see template.go there.
const (
	manifestForm = "%s\n"
	hookForm     = "---\n# Source: %s\n%s\n"
)

var helms = map[int]helm{3: helm3{}, 4: helm4{}}

func main() {
	// A request leaves much garbage and little to keep: fewer collections are worth the memory.
	debug.SetGCPercent(400)
	log.SetFlags(0)
	if err := serve(os.Stdin, os.Stdout); err != nil {
		log.Fatalf("judge: %v", err)
	}
}

// serve works on as many requests at once as there are processors, and answers in the order of the requests.
func serve(in io.Reader, out io.Writer) error {
	answers := make(chan chan []byte, 4*runtime.GOMAXPROCS(0))
	written := make(chan error, 1)
	go func() { written <- writeAnswers(answers, out) }()
	processors := make(chan struct{}, runtime.GOMAXPROCS(0))

	lines := bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			answer := make(chan []byte, 1)
			answers <- answer
			go func() { answer <- respond(line, processors) }()
		}
		if errors.Is(err, io.EOF) {
			close(answers)
			return <-written
		}
		if err != nil {
			return err
		}
	}
}

func writeAnswers(answers <-chan chan []byte, out io.Writer) error {
	for answer := range answers {
		if _, err := out.Write(append(<-answer, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func respond(line []byte, processors chan struct{}) []byte {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		log.Fatalf("judge: a request is not JSON of the expected form: %v", err)
	}
	if len(r.Majors) == 0 {
		r.Majors = []int{3, 4}
	}
	results := make([]any, len(r.Majors))
	var work sync.WaitGroup
	for i, major := range r.Majors {
		work.Go(func() {
			processors <- struct{}{}
			defer func() { <-processors }()
			results[i] = judge(major, r)
		})
	}
	work.Wait()

	majors := map[int]any{}
	for i, major := range r.Majors {
		majors[major] = results[i]
	}
	answer, err := json.Marshal(map[string]any{"majors": majors})
	if err != nil {
		log.Fatalf("judge: an answer cannot be written as JSON: %v", err)
	}
	return answer
}

type refusal struct {
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

func judge(major int, r request) (result any) {
	defer func() {
		if cause := recover(); cause != nil {
			result = refusal{Error: fmt.Sprintf("Helm %d panicked: %v", major, cause)}
		}
	}()
	result, err := accept(major, r)
	if err != nil {
		return refusal{Error: err.Error()}
	}
	return result
}

// accept answers with an error where Helm refuses. A request that is wrong in itself ends the program, lest it pass for that.
func accept(major int, r request) (any, error) {
	h, known := helms[major]
	if !known {
		log.Fatalf("judge: there is no Helm %d here", major)
	}
	if r.Op == "parse" {
		return readText(r.Manifest, "")
	}
	values, err := h.userValues(r)
	if err != nil {
		return nil, err
	}
	switch r.Op {
	case "read":
	case "coalesce":
		if values, err = h.finalValues(r, values); err != nil {
			return nil, err
		}
	case "render":
		text, notes, err := h.template(r, values)
		if err != nil {
			return nil, err
		}
		return readText(text, notes)
	default:
		log.Fatalf("judge: there is no operation %q", r.Op)
	}
	return acceptedValues{OK: true, Values: plain(values, r.Typed)}, nil
}

type acceptedValues struct {
	OK     bool `json:"ok"`
	Values any  `json:"values"`
}

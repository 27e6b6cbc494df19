package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
)

// integer is how an integer is written where a reader of JSON that knows only float64, such as JavaScript's, would round
// it or could not tell it from a float.
type integer struct {
	Digits string `json:"$integer"`
}

// plain is a tree of values in which integers that a float64 cannot hold, or with typed all integers, are marked.
func plain(value any, typed bool) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			out[key] = plain(member, typed)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, member := range v {
			out[i] = plain(member, typed)
		}
		return out
	case int64:
		if typed || int64(float64(v)) != v {
			return integer{strconv.FormatInt(v, 10)}
		}
		return v
	case json.Number:
		// Kubernetes reads an integer as int64 where it fits, and as float64 else.
		if i, err := v.Int64(); err == nil {
			return plain(i, typed)
		}
		return v
	default:
		return v
	}
}

var longDigits = regexp.MustCompile(`[0-9]{16}`)

// markIntegers is plain for a JSON text.
func markIntegers(text []byte) (json.RawMessage, error) {
	if !longDigits.Match(text) {
		return text, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(plain(value, false))
}

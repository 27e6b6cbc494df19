package main

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// logger writes the lines of Connect's own form: {"log_message": "(I) …", "timestamp": …, "level": 3}.
type logger struct {
	out io.Writer
}

var writing sync.Mutex

func (l logger) info(message string) { l.line("(I) "+message, 3) }

func (l logger) error(message string) { l.line("(E) "+message, 1) }

func (l logger) line(message string, level int) {
	writing.Lock()
	defer writing.Unlock()
	_ = json.NewEncoder(l.out).Encode(map[string]any{
		"log_message": message,
		"timestamp":   time.Now().UTC().Format(time.RFC3339Nano),
		"level":       level,
	})
}

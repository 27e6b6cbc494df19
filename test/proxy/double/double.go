// Package double is what the programs that stand in for 1Password have in common: vaults that a test decides, faults that
// it switches, and a record of what was asked.
package double

import (
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Double holds what a test sets and sees, behind one lock.
type Double struct {
	log  func(message string)
	fail Fail

	mu       sync.Mutex
	changed  *sync.Cond
	data     Data
	fault    fault
	requests []*request
}

// Fail answers with a status and a message, as the server that is stood in for words its errors.
type Fail func(w http.ResponseWriter, status int, message string)

// request is one that came in where Recorded is.
type request struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Filter    string `json:"filter,omitempty"`
	UserAgent string `json:"userAgent"`
	// Status is what was answered; 0 while the request is held, and for one that was hung up on.
	Status int `json:"status"`
}

// fault is what is wrong with the API: nothing, or one of
//
//	hold    no answer until the fault is lifted, then the right one
//	hangup  the connection is closed without an answer
//	status  every answer is this status
type fault struct {
	Kind   string `json:"kind"`
	Status int    `json:"status"`
}

// New makes a double that tells log of each request, and answers with fail when it is told to.
func New(data Data, log func(message string), fail Fail) *Double {
	d := &Double{data: data, log: log, fail: fail}
	d.changed = sync.NewCond(&d.mu)
	return d
}

// Stored is what a test has stored last.
func (d *Double) Stored() Data {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.data
}

func (d *Double) change(what func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	what()
	d.changed.Broadcast()
}

// Control is the API by which a test drives the double:
//
//	PUT /data                  the token and the vaults, all at once
//	PUT /fault, DELETE /fault  what is wrong from now on
//	GET /requests              those since the last DELETE; with ?atLeast=N, as soon as there are N
//	DELETE /requests           forgets them
func (d *Double) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /data", func(w http.ResponseWriter, r *http.Request) {
		data, err := ReadData(r.Body)
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		d.change(func() { d.data = data })
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("PUT /fault", func(w http.ResponseWriter, r *http.Request) {
		var wanted fault
		if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || !wanted.valid() {
			refuse(w, http.StatusBadRequest, "a fault is {kind: hold}, {kind: hangup} or {kind: status, status: N}")
			return
		}
		d.change(func() { d.fault = wanted })
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /fault", func(w http.ResponseWriter, _ *http.Request) {
		d.change(func() { d.fault = fault{} })
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, r *http.Request) {
		wanted := 0
		if text := r.URL.Query().Get("atLeast"); text != "" {
			number, err := strconv.Atoi(text)
			if err != nil {
				refuse(w, http.StatusBadRequest, "atLeast is not a number")
				return
			}
			wanted = number
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for len(d.requests) < wanted {
			d.changed.Wait()
		}
		seen := append([]*request{}, d.requests...)
		WriteJSON(w, http.StatusOK, seen)
	})
	mux.HandleFunc("DELETE /requests", func(w http.ResponseWriter, _ *http.Request) {
		d.change(func() { d.requests = nil })
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func (f fault) valid() bool {
	switch f.Kind {
	case "hold", "hangup":
		return f.Status == 0
	case "status":
		return f.Status >= 400 && f.Status < 600
	}
	return false
}

// Recorded keeps and logs every request with the status that it was answered by.
func (d *Double) Recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &request{
			Method:    r.Method,
			Path:      r.URL.Path,
			Filter:    r.URL.Query().Get("filter"),
			UserAgent: r.UserAgent(),
		}
		target := r.URL.RequestURI()
		d.change(func() { d.requests = append(d.requests, seen) })
		next.ServeHTTP(&statusRecorder{ResponseWriter: w, record: func(status int) {
			d.change(func() { seen.Status = status })
			d.log(r.Method + " " + target + " completed (" + strconv.Itoa(status) + ": " + http.StatusText(status) + ")")
		}}, r)
	})
}

type statusRecorder struct {
	http.ResponseWriter
	record func(status int)
}

func (s *statusRecorder) WriteHeader(status int) {
	s.record(status)
	s.ResponseWriter.WriteHeader(status)
}

// Faulty lets the fault that a test has switched on take the place of an answer.
func (d *Double) Faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		for d.fault.Kind == "hold" {
			d.changed.Wait()
		}
		now := d.fault
		d.mu.Unlock()
		switch now.Kind {
		case "hangup":
			panic(http.ErrAbortHandler)
		case "status":
			d.fail(w, now.Status, http.StatusText(now.Status))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func refuse(w http.ResponseWriter, status int, why string) {
	WriteJSON(w, status, map[string]string{"error": why})
}

// WriteJSON answers with a status and a body.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Listen listens on host:port, or on a Unix socket, unix:PATH.
func Listen(address string) (net.Listener, error) {
	if path, isUnix := strings.CutPrefix(address, "unix:"); isUnix {
		return net.Listen("unix", path)
	}
	return net.Listen("tcp", address)
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// Asks for a URL through a CONNECT proxy, over a connection of its own, for as long as the answer takes.
func askThrough(proxy string, target *url.URL, header http.Header) (string, error) {
	connection, err := net.DialTimeout("tcp", proxy, patience)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	reader := bufio.NewReader(connection)
	host := target.Host
	if target.Port() == "" {
		host = net.JoinHostPort(host, "80")
	}
	connect := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: host}, Host: host}
	// What follows the answer is the tunnel and no body: to close that would read it to its end.
	if _, err := exchange(connection, reader, connect); err != nil {
		return "", fmt.Errorf("CONNECT: %w", err)
	}
	response, err := exchange(connection, reader, &http.Request{Method: http.MethodGet, URL: target, Header: header, Close: true})
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// Sends a request and reads the head of its answer; one other than 200 is an error.
func exchange(connection net.Conn, reader *bufio.Reader, request *http.Request) (*http.Response, error) {
	if err := request.Write(connection); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(reader, request)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return response, err
}

// Prints what a URL answers through a proxy.
func printThrough(args []string) error {
	header, args, err := headerFlags("through", args)
	if err != nil {
		return err
	}
	if len(args) != 2 {
		return errors.New("usage: double through [-header NAME: VALUE]... PROXY URL")
	}
	target, err := url.Parse(args[1])
	if err != nil {
		return err
	}
	answer, err := askThrough(args[0], target, header)
	fmt.Print(answer)
	return err
}

// What became of the requests of a client that sends them without end.
type load struct {
	mutex sync.Mutex
	// Answers, and the words of the failures.
	Answered int      `json:"answered"`
	Failed   []string `json:"failed"`
}

func (l *load) record(err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if err == nil {
		l.Answered++
		return
	}
	l.Failed = append(l.Failed, time.Now().UTC().Format(time.TimeOnly)+" "+err.Error())
}

func (l *load) sofar() *load {
	if l == nil {
		return nil
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return &load{Answered: l.Answered, Failed: append([]string{}, l.Failed...)}
}

// How often each of a client's workers asks, and how many there are.
const (
	loadPause   = 50 * time.Millisecond
	loadWorkers = 2
)

// Asks for PROXY's way to a URL again and again. What counts begins with the first answer: before that, the network may
// not know of the upstream yet.
func client(peers *peers, _ []string) error {
	target, err := url.Parse(os.Getenv("TARGET"))
	if err != nil {
		return err
	}
	requests := &load{}
	peers.load = requests
	for range loadWorkers {
		go func() {
			for begun := false; ; time.Sleep(loadPause) {
				_, err := askThrough(os.Getenv("PROXY"), target, nil)
				if begun = begun || err == nil; begun {
					requests.record(err)
				}
			}
		}()
	}
	return nil
}

// Answers at once, but on /held only once /release was asked for.
func upstream(peers *peers, _ []string) error {
	released := make(chan struct{})
	once := sync.Once{}
	mux := http.NewServeMux()
	mux.HandleFunc("/", answerOK)
	mux.HandleFunc("/held", func(response http.ResponseWriter, request *http.Request) {
		select {
		case <-released:
			answerOK(response, request)
		case <-request.Context().Done():
		}
	})
	mux.HandleFunc("/release", func(response http.ResponseWriter, request *http.Request) {
		once.Do(func() { close(released) })
		answerOK(response, request)
	})
	return peers.serve(":80", mux)
}

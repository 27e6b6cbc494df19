package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// A peer is an address from which somebody connected to a port, with the request where it was HTTP.
type peer struct {
	From    string `json:"from"`
	Port    int    `json:"port"`
	Request string `json:"request,omitempty"`
	// How often; probes come every second.
	Times int `json:"times"`
}

// Far more than a test has; a peer that asks for ever new paths does not fill the memory.
const peersKept = 1000

type peers struct {
	mutex sync.Mutex
	list  []peer
	// What a client sent itself.
	load *load
}

func (p *peers) record(from net.Addr, at net.Addr, request string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	host, _, _ := net.SplitHostPort(from.String())
	seen := peer{From: host, Port: port(at), Request: request}
	for index, known := range p.list {
		if known.From == seen.From && known.Port == seen.Port && known.Request == seen.Request {
			p.list[index].Times++
			return
		}
	}
	seen.Times = 1
	p.list = append(p.list, seen)
	if len(p.list) > peersKept {
		p.list = p.list[1:]
	}
}

func (p *peers) recorded() []peer {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]peer{}, p.list...)
}

func port(at net.Addr) int {
	if tcp, ok := at.(*net.TCPAddr); ok {
		return tcp.Port
	}
	return 0
}

// Takes TCP connections on an address such as ":5432".
func (p *peers) listen(address string, handle func(net.Conn)) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			p.record(connection.RemoteAddr(), connection.LocalAddr(), "")
			go handle(connection)
		}
	}()
	return nil
}

func hangUp(connection net.Conn) { connection.Close() }

// Answers HTTP on an address such as ":8000".
func (p *peers) serve(address string, handler http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go http.Serve(listener, p.recording(listener.Addr(), handler))
	return nil
}

// Answers HTTPS likewise.
func (p *peers) serveTLS(address string, certificate tls.Certificate, handler http.Handler) error {
	listener, err := tls.Listen("tcp", address, &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		return err
	}
	go http.Serve(listener, p.recording(listener.Addr(), handler))
	return nil
}

func (p *peers) recording(at net.Addr, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		from, _ := net.ResolveTCPAddr("tcp", request.RemoteAddr)
		p.record(from, at, request.Method+" "+request.RequestURI)
		handler.ServeHTTP(response, request)
	})
}

// Answers 200 on these paths of a port, and 404 on all others.
func web(port int, paths ...string) service {
	return func(peers *peers, _ []string) error {
		mux := http.NewServeMux()
		for _, path := range paths {
			mux.HandleFunc(path, answerOK)
		}
		return peers.serve(fmt.Sprintf(":%d", port), mux)
	}
}

func answerOK(response http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(response, `{"status":"ok"}`)
}

// Command relay joins TCP ports of the network namespace that it runs in with Unix sockets, which every namespace sees.
//
//	relay -in PORT=SOCKET …      a connection to the port is led to the socket
//	relay -out SOCKET=HOST:PORT … a connection to the socket is led to the address
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

type endpoint struct{ network, address string }

type route struct{ from, to endpoint }

func main() {
	var routes []route
	flag.Func("in", "PORT=SOCKET", pair(func(port, socket string) {
		routes = append(routes, route{endpoint{"tcp", ":" + port}, endpoint{"unix", socket}})
	}))
	flag.Func("out", "SOCKET=HOST:PORT", pair(func(socket, address string) {
		routes = append(routes, route{endpoint{"unix", socket}, endpoint{"tcp", address}})
	}))
	flag.Parse()
	for _, r := range routes {
		listener, err := net.Listen(r.from.network, r.from.address)
		if err != nil {
			fmt.Fprintln(os.Stderr, "relay:", err)
			os.Exit(1)
		}
		go serve(listener, r.to)
	}
	fmt.Println("ready")
	// Whoever started the relay holds its standard input; when they are gone, so is it.
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func pair(add func(left, right string)) func(string) error {
	return func(text string) error {
		left, right, found := strings.Cut(text, "=")
		if !found {
			return fmt.Errorf("%q has no =", text)
		}
		add(left, right)
		return nil
	}
}

func serve(listener net.Listener, to endpoint) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			// A namespace that is going away swallows packets; a client hears of it and asks again.
			server, err := net.DialTimeout(to.network, to.address, time.Second)
			if err != nil {
				return
			}
			defer server.Close()
			var both sync.WaitGroup
			both.Go(func() { pass(server, client) })
			both.Go(func() { pass(client, server) })
			both.Wait()
		}()
	}
}

// pass copies until the end and hands the end on, so that a half-closed connection stays half open.
func pass(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

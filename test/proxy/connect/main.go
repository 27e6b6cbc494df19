// Command connect stands in for 1Password Connect: the read half of its API, its health paths and its start-up from a
// credentials file, with vaults that a test decides and faults that a test switches.
//
// It is configured as the real images are, by OP_HTTP_PORT, OP_SESSION, OP_BUS_PORT and OP_BUS_PEERS; what only a
// double needs are flags.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"centaur-chart/test/proxy/double"
)

func main() {
	role := flag.String("role", "api", "which of Connect's two containers this is: api or sync")
	host := flag.String("host", "", "address to listen on; all when empty")
	data := flag.String("data", "", "JSON file with the token and the vaults; none when empty")
	control := flag.String("control", "", "address of the control API, host:port or unix:PATH; off when empty")
	state := flag.String("state", "", "folder that both containers share, which must be writable; unchecked when empty")
	flag.Parse()
	if err := run(*role, *host, *data, *control, *state); err != nil {
		fmt.Fprintln(os.Stderr, "connect:", err)
		os.Exit(1)
	}
}

func run(role, host, dataFile, control, state string) error {
	defaultPort, known := map[string]string{"api": "8080", "sync": "8081"}[role]
	if !known {
		return fmt.Errorf("-role is %q, not api or sync", role)
	}
	log := logger{out: os.Stdout}
	if state != "" {
		// The real containers keep their database in the shared folder and do not start without it.
		if err := os.WriteFile(filepath.Join(state, "1password-"+role+".double"), nil, 0o600); err != nil {
			return err
		}
	}
	vaults, err := dataFromFile(dataFile)
	if err != nil {
		return err
	}
	connect := newServer(vaults, log)
	if control != "" {
		listener, err := double.Listen(control)
		if err != nil {
			return err
		}
		go func() { _ = http.Serve(listener, connect.Control()) }()
	}
	if err := joinBus(host, os.Getenv("OP_BUS_PORT")); err != nil {
		return err
	}
	session := readCredentials(os.Getenv("OP_SESSION"), log)
	port := os.Getenv("OP_HTTP_PORT")
	if port == "" {
		port = defaultPort
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return err
	}
	log.info("Server: starting 1Password Connect " + role + " on " + listener.Addr().String())
	handler := http.NewServeMux()
	handler.Handle("/", healthPaths(role, os.Getenv("OP_BUS_PEERS")))
	if role == "api" {
		handler.Handle("/v1/", session.required(connect.api()))
	}
	return http.Serve(listener, handler)
}

func dataFromFile(path string) (double.Data, error) {
	if path == "" {
		return double.Data{}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return double.Data{}, err
	}
	defer file.Close()
	data, err := double.ReadData(file)
	if err != nil {
		return double.Data{}, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// joinBus takes the port over which the two containers find each other, so that two of one pod that are given the same
// port fail as the real ones do.
func joinBus(host, port string) error {
	if port == "" {
		return nil
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return err
	}
	go func() {
		for {
			peer, err := listener.Accept()
			if err != nil {
				return
			}
			_ = peer.Close()
		}
	}()
	return nil
}

// The double stands in for the images that a release runs and that are not ours to build. It is one static program;
// the name that it is called by, or else its first argument, says what it does.
package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

var commands = map[string]func(args []string) error{
	// What the images run.
	"api":        serves("api", web(8000, "/health", "/health/ready")),
	"client":     serves("client", client),
	"iron-proxy": serves("iron-proxy", ironProxy),
	"postgres":   serves("postgres", postgres),
	"slackbot":   serves("slackbot", web(3001, "/health")),
	"mirror":     serves("mirror", mirror),
	"pause":      serves("pause", nothing),
	"upstream":   serves("upstream", upstream),

	// What is run in them.
	"call":       call,
	"dial":       dial,
	"get":        get,
	"pg_isready": pgIsReady,
	"report":     printReport,
	"through":    printThrough,
}

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if _, known := commands[name]; !known && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	command, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "the double knows no %q\n", name)
		os.Exit(2)
	}
	if err := command(args); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// A service starts its listeners and returns; what reaches it is recorded.
type service func(peers *peers, args []string) error

// Serves until it is told to stop, and answers `report` meanwhile.
func serves(role string, start service) func([]string) error {
	return func(args []string) error {
		peers := &peers{}
		if err := answerReports(role, peers); err != nil {
			return err
		}
		if err := start(peers, args); err != nil {
			return err
		}
		// The first process of a container gets no signal that it does not ask for.
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
		<-stop
		return nil
	}
}

func nothing(*peers, []string) error { return nil }

// Postgres refuses to start as its image does: without a password, and without a folder that it can write.
func postgres(peers *peers, _ []string) error {
	if os.Getenv("POSTGRES_PASSWORD") == "" {
		return errors.New("POSTGRES_PASSWORD is not set")
	}
	data := os.Getenv("PGDATA")
	if data == "" {
		data = "/var/lib/postgresql/data"
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("17\n"), 0o600); err != nil {
		return err
	}
	return peers.listen(":5432", hangUp)
}

// A host outside: it answers each request with what it got of it, and with its own name; over TLS too, where its argument
// is a folder with tls.crt and tls.key.
func mirror(peers *peers, args []string) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	echo := http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		got := map[string]any{"host": request.Host, "target": request.RequestURI, "headers": request.Header, "by": name}
		json.NewEncoder(response).Encode(got)
	})
	if err := peers.serve(":80", echo); err != nil || len(args) == 0 {
		return err
	}
	certificate, err := tls.LoadX509KeyPair(filepath.Join(args[0], "tls.crt"), filepath.Join(args[0], "tls.key"))
	if err != nil {
		return err
	}
	return peers.serveTLS(":443", certificate, echo)
}

// Command onepassword stands in for the servers of 1Password that a service account signs in to: the sign-in, and the
// half of the API that reads vaults and items, with what a test decides and faults that it switches.
//
// The protocol is not documented beside 1Password's security white paper, which describes the key exchange (SRP) and how
// vaults, items and keys are encrypted. What is asked and in what form is told by the one client there is for it, the
// core inside 1Password's SDKs, and that core is what the double is checked by: it verifies the server's proof in the key
// exchange, decrypts every answer, and takes none that lacks a member. How the real servers word a refusal is known from
// nothing, so a refusal here is a status alone.
//
// It is given the certificate of the sign-in address and its private key in CERTIFICATE and PRIVATE_KEY, as PEM.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net/http"
	"os"

	"centaur-chart/test/proxy/double"
)

func main() {
	listen := flag.String("listen", "", "address to listen on, host:port or unix:PATH")
	control := flag.String("control", "", "address of the control API, host:port or unix:PATH")
	flag.Parse()
	if err := run(*listen, *control); err != nil {
		fmt.Fprintln(os.Stderr, "onepassword:", err)
		os.Exit(1)
	}
}

func run(address, control string) error {
	certificate, err := tls.X509KeyPair([]byte(os.Getenv("CERTIFICATE")), []byte(os.Getenv("PRIVATE_KEY")))
	if err != nil {
		return err
	}
	onePassword, err := newServer(double.Data{}, func(message string) { fmt.Println(message) })
	if err != nil {
		return err
	}
	controlled, err := double.Listen(control)
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(controlled, onePassword.Control()) }()
	listener, err := double.Listen(address)
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())
	return http.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}), onePassword.api())
}

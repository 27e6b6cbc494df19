package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const patience = 5 * time.Second

// Prints what a URL answers; an answer other than 200 is an error. It asks directly, whatever proxy the environment names.
func get(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: double get URL")
	}
	client := http.Client{Timeout: patience, Transport: &http.Transport{}}
	response, err := client.Get(args[0])
	if err != nil {
		return err
	}
	return printAnswer(response)
}

func printAnswer(response *http.Response) error {
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", response.Request.URL, response.Status)
	}
	return nil
}

// Prints what a URL answers to a tool, which goes through the proxy and trusts the certificates that its environment names.
func call(args []string) error {
	header, args, err := headerFlags("call", args)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return fmt.Errorf("usage: double call [-header NAME: VALUE]... URL")
	}
	request, err := http.NewRequest(http.MethodGet, args[0], nil)
	if err != nil {
		return err
	}
	request.Header = header
	client := http.Client{Timeout: patience}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	return printAnswer(response)
}

// The headers that a command's arguments begin with, and the arguments after them.
func headerFlags(command string, args []string) (http.Header, []string, error) {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	header := http.Header{}
	flags.Func("header", "`NAME: VALUE`, sent with the request", func(text string) error {
		name, value, found := strings.Cut(text, ": ")
		if !found {
			return fmt.Errorf("%q has no \": \"", text)
		}
		header.Add(name, value)
		return nil
	})
	err := flags.Parse(args)
	return header, flags.Args(), err
}

// Tries a TCP connection, and prints the address that it led to.
func dial(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: double dial HOST:PORT")
	}
	connection, err := net.DialTimeout("tcp", args[0], patience)
	if err != nil {
		return err
	}
	defer connection.Close()
	fmt.Println(connection.RemoteAddr())
	return nil
}

// Takes the arguments of Postgres' own and asks its own pod.
func pgIsReady([]string) error {
	connection, err := net.DialTimeout("tcp", "127.0.0.1:5432", patience)
	if err != nil {
		return err
	}
	fmt.Println("127.0.0.1:5432 - accepting connections")
	return connection.Close()
}

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
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
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", args[0], response.Status)
	}
	return nil
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

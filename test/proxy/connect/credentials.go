package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

const credentialsRetry = 30 * time.Second

// credentials are those of the file that OP_SESSION names. Connect serves without them: it is healthy, answers 500 to
// each look-up, logs why, and tries again, as its users tell (1Password/connect#17 and #18,
// 1Password/connect-helm-charts#114, 1Password/connect-sdk-python#9). The real one begins to try at the first look-up.
type credentials struct{ read atomic.Bool }

func readCredentials(session string, log logger) *credentials {
	c := &credentials{}
	try := func() bool {
		err := checkCredentials(session)
		if err != nil {
			log.error("Server: (unable to get credentials and initialize API, retrying in 30s), " +
				"Wrapped: (failed to FindCredentialsUniqueKey), Wrapped: (failed to loadCredentialsFile), " + err.Error())
		}
		c.read.Store(err == nil)
		return err == nil
	}
	if session == "" {
		c.read.Store(true)
	} else if !try() {
		go func() {
			for range time.Tick(credentialsRetry) {
				if try() {
					return
				}
			}
		}()
	}
	return c
}

func checkCredentials(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var document struct {
		Version string `json:"version"`
	}
	if json.Unmarshal(text, &document) != nil {
		// What is no JSON is taken for the other form that OP_SESSION has, base64 of it.
		return errors.New("Wrapped: (LoadLocalAuthV2 failed to credentialsDataFromBase64), illegal base64 data at input byte 0")
	}
	if document.Version != "2" {
		return errors.New("credentials file is not version 2")
	}
	return nil
}

func (c *credentials) required(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.read.Load() {
			fail(w, http.StatusInternalServerError, "failed to initiate, review service logs for details")
			return
		}
		next.ServeHTTP(w, r)
	})
}

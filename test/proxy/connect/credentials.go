package main

import (
	"encoding/json"
	"os"
	"time"
)

// Connect does not stop on credentials that it can't read; it tries again, and serves nothing until then.
const credentialsRetry = 30 * time.Second

// waitForCredentials returns once the file that OP_SESSION names holds the JSON that 1Password gave out. A Secret whose
// value was base64-encoded once too often is the mistake that everyone makes; the line is the one that Connect logs
// for it (1Password/connect#17, 1Password/connect-helm-charts#114).
func waitForCredentials(session string, log logger) {
	if session == "" {
		return
	}
	for !readableCredentials(session) {
		log.error("Server: (unable to get credentials and initialize API, retrying in 30s), " +
			"Wrapped: (failed to FindCredentialsUniqueKey), Wrapped: (failed to loadCredentialsFile), " +
			"Wrapped: (LoadLocalAuthV2 failed to credentialsDataFromBase64), illegal base64 data at input byte 0")
		time.Sleep(credentialsRetry)
	}
}

func readableCredentials(path string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	var document map[string]any
	return json.Unmarshal(text, &document) == nil
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// failure is an error for the owner, as JSON; its codes are public and never change meaning.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	status  int
}

func (f *failure) Error() string { return f.Message }

func processNotStarted(format string, args ...any) *failure {
	return &failure{"PROCESS_NOT_STARTED", fmt.Sprintf(format, args...), http.StatusUnprocessableEntity}
}

func fileNotFound(path string) *failure {
	return &failure{"FILE_NOT_FOUND", "nothing is at " + path, http.StatusNotFound}
}

func fileFailed(format string, args ...any) *failure {
	return &failure{"FILE_FAILED", fmt.Sprintf(format, args...), http.StatusUnprocessableEntity}
}

func tunnelRefused(message string) *failure {
	return &failure{"TUNNEL_REFUSED", message, http.StatusBadGateway}
}

func relayFailed(status int, message string) *failure {
	return &failure{"RELAY_FAILED", message, status}
}

// protocolError says how the owner broke the protocol.
type protocolError struct{ message string }

func (e protocolError) Error() string { return e.message }

// asFailure gives every error its place in the protocol: what is not a failure yet is a broken request.
func asFailure(err error) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	return &failure{"AGENT_PROTOCOL", err.Error(), http.StatusBadRequest}
}

func fail(w http.ResponseWriter, err error) {
	known := asFailure(err)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(known.status)
	_ = json.NewEncoder(w).Encode(known)
}

func answer(w http.ResponseWriter, message any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(message)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"path/filepath"
)

// maxMessage bounds a JSON message.
const maxMessage = 1 << 20

// routes is the whole protocol; see protocol/agent.md.
func routes(logger *log.Logger) http.Handler {
	relays := newRelayTable()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/hello", serveHello)
	mux.HandleFunc("POST /v1/processes", serveProcess)
	mux.HandleFunc("POST /v1/probe", serveProbe)
	mux.HandleFunc("PUT /v1/files", serveExtract)
	mux.HandleFunc("GET /v1/files", func(w http.ResponseWriter, r *http.Request) { servePack(w, r, logger) })
	mux.HandleFunc("GET /v1/stat", serveStat)
	mux.HandleFunc("GET /v1/list", serveList)
	mux.HandleFunc("POST /v1/tunnel", serveTunnel)
	mux.HandleFunc("POST /v1/relays", relays.serveOpen)
	mux.HandleFunc("POST /v1/relays/{id}/accept", relays.serveAccept)
	mux.HandleFunc("DELETE /v1/relays/{id}", relays.serveClose)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, &failure{"AGENT_PROTOCOL", fmt.Sprintf("there is no %s %s", r.Method, r.URL.Path), http.StatusNotFound})
	})
	return mux
}

func serveProbe(w http.ResponseWriter, r *http.Request) {
	var spec probeSpec
	body, err := io.ReadAll(io.LimitReader(r.Body, maxMessage))
	if err == nil {
		err = json.Unmarshal(body, &spec)
	}
	if err != nil {
		fail(w, protocolError{"the probe is not readable: " + err.Error()})
		return
	}
	answer(w, probe(r.Context(), spec))
}

// pathOf is the request's path parameter, cleaned.
func pathOf(r *http.Request) (string, error) {
	path := r.URL.Query().Get("path")
	if !filepath.IsAbs(path) {
		return "", protocolError{fmt.Sprintf("the parameter path must be an absolute path, not %q", path)}
	}
	return filepath.Clean(path), nil
}

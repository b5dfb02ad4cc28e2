// Package web is the shortener's HTTP interface.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"

	"example.com/linkly/internal/link"
	"example.com/linkly/internal/link/policy"
	"example.com/linkly/internal/store"
	"example.com/linkly/internal/visit"
)

// Links keeps links.
type Links interface {
	Save(ctx context.Context, l link.Link) error
	Find(ctx context.Context, code string) (link.Link, error)
}

// Visits counts visits.
type Visits interface {
	Add(ctx context.Context, code string) (visit.Counts, error)
}

// Service is everything that the handlers need.
type Service struct {
	Links  Links
	Visits Visits
	Rules  policy.Rules
	// Allow says whether a visitor may make another link now.
	Allow func(ctx context.Context, visitor string) (bool, error)
	// Ready says whether what the service depends on answers.
	Ready func(ctx context.Context) error
}

// Handler routes: POST /links, GET /{code}, GET /healthz.
func (s Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /links", s.create)
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /{code}", s.follow)
	return mux
}

func (s Service) create(w http.ResponseWriter, r *http.Request) {
	var body struct{ Address string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<10)).Decode(&body); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": "the body is not JSON"})
		return
	}
	visitor, _, _ := net.SplitHostPort(r.RemoteAddr)
	allowed, err := s.Allow(r.Context(), visitor)
	if err != nil {
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "try again later"})
		return
	}
	if !allowed {
		answer(w, http.StatusTooManyRequests, map[string]string{"error": "too many links for now"})
		return
	}
	made, err := link.New(body.Address)
	if err != nil {
		answer(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
		return
	}
	if verdict := s.Rules.Judge(made.Address); !verdict.Allowed {
		answer(w, http.StatusUnprocessableEntity, map[string]string{"error": verdict.Reason})
		return
	}
	if err := s.Links.Save(r.Context(), made); err != nil {
		status := http.StatusServiceUnavailable
		if errors.Is(err, store.ErrTaken) {
			status = http.StatusConflict
		}
		answer(w, status, map[string]string{"error": err.Error()})
		return
	}
	answer(w, http.StatusCreated, map[string]string{"code": made.Code, "address": made.Address})
}

func (s Service) follow(w http.ResponseWriter, r *http.Request) {
	found, err := s.Links.Find(r.Context(), r.PathValue("code"))
	if errors.Is(err, store.ErrNotFound) {
		answer(w, http.StatusNotFound, map[string]string{"error": err.Error()})
		return
	}
	if err != nil {
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "try again later"})
		return
	}
	// A visit that cannot be counted must not keep the visitor from going on.
	_, _ = s.Visits.Add(r.Context(), found.Code)
	http.Redirect(w, r, found.Address, http.StatusFound)
}

func (s Service) health(w http.ResponseWriter, r *http.Request) {
	if err := s.Ready(r.Context()); err != nil {
		answer(w, http.StatusServiceUnavailable, map[string]string{"status": "redis does not answer"})
		return
	}
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

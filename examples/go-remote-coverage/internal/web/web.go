// Package web is the garage over HTTP.
package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"example.com/parkly/internal/garage"
)

var statuses = map[error]int{
	garage.ErrFull:    http.StatusServiceUnavailable,
	garage.ErrInside:  http.StatusConflict,
	garage.ErrOutside: http.StatusNotFound,
}

// Handler answers for one garage.
func Handler(g *garage.Garage) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /places", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]int{"free": g.Free()})
	})
	mux.HandleFunc("PUT /cars/{plate}", func(w http.ResponseWriter, r *http.Request) {
		if err := g.Enter(r.PathValue("plate")); err != nil {
			refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("DELETE /cars/{plate}", func(w http.ResponseWriter, r *http.Request) {
		cents, err := g.Leave(r.PathValue("plate"), !r.URL.Query().Has("lost"))
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, map[string]int{"cents": cents})
	})
	return mux
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, err error) {
	for known, status := range statuses {
		if errors.Is(err, known) {
			http.Error(w, err.Error(), status)
			return
		}
	}
	http.Error(w, "something went wrong", http.StatusInternalServerError)
}

//go:build !integration

package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/linkly/internal/link"
	"example.com/linkly/internal/link/policy"
	"example.com/linkly/internal/store"
	"example.com/linkly/internal/visit"
)

type fakeLinks map[string]link.Link

func (f fakeLinks) Save(_ context.Context, l link.Link) error {
	if held, found := f[l.Code]; found && held != l {
		return store.ErrTaken
	}
	f[l.Code] = l
	return nil
}

func (f fakeLinks) Find(_ context.Context, code string) (link.Link, error) {
	if found, ok := f[code]; ok {
		return found, nil
	}
	return link.Link{}, store.ErrNotFound
}

type brokenVisits struct{}

func (brokenVisits) Add(context.Context, string) (visit.Counts, error) {
	return visit.Counts{}, errors.New("redis is away")
}

func service() Service {
	return Service{
		Links:  fakeLinks{"known": {Code: "known", Address: "https://example.com/"}},
		Visits: brokenVisits{},
		Rules:  policy.Rules{Blocked: []string{"spam.example"}},
		Allow:  func(_ context.Context, visitor string) (bool, error) { return visitor != "192.0.2.66", nil },
		Ready:  func(context.Context) error { return errors.New("redis is away") },
	}
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		method, path, body, visitor string
		status                      int
		says                        string
	}{
		"a link is made":            {"POST", "/links", `{"address":"https://example.com/a"}`, "", http.StatusCreated, `"code":"`},
		"a broken body":             {"POST", "/links", `{`, "", http.StatusBadRequest, "not JSON"},
		"a blocked address":         {"POST", "/links", `{"address":"https://spam.example/"}`, "", http.StatusUnprocessableEntity, "blocked"},
		"an address without a host": {"POST", "/links", `{"address":"nowhere"}`, "", http.StatusUnprocessableEntity, "no host"},
		"too many links":            {"POST", "/links", `{"address":"https://example.com/a"}`, "192.0.2.66:1", http.StatusTooManyRequests, "too many"},
		"an unknown code":           {"GET", "/nothing", "", "", http.StatusNotFound, "no such link"},
		"a known code, although its visit cannot be counted": {"GET", "/known", "", "", http.StatusFound, "https://example.com/"},
		"health without redis":                               {"GET", "/healthz", "", "", http.StatusServiceUnavailable, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
			if c.visitor != "" {
				request.RemoteAddr = c.visitor
			}
			recorder := httptest.NewRecorder()
			service().Handler().ServeHTTP(recorder, request)
			if recorder.Code != c.status || !strings.Contains(recorder.Body.String(), c.says) {
				t.Errorf("got %d %s, want %d with %q", recorder.Code, recorder.Body, c.status, c.says)
			}
		})
	}
}

//go:build integration

package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/linkly/internal/redistest"
	"example.com/linkly/internal/store"
	"example.com/linkly/internal/visit"
	"example.com/linkly/internal/visit/policy"
)

func TestALinkIsMadeFollowedAndCounted(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	counter := visit.NewCounter(client, prefix, time.Now)
	limit := policy.Limit{Most: 2, Window: time.Hour}
	now := time.Now()
	server := httptest.NewServer(Service{
		Links:  store.New(client, prefix, 0),
		Visits: counter,
		Allow: func(ctx context.Context, visitor string) (bool, error) {
			return limit.Allow(ctx, client, prefix+"limit:"+visitor, now)
		},
		Ready: func(ctx context.Context) error { return client.Ping(ctx).Err() },
	}.Handler())
	defer server.Close()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	health, err := browser.Get(server.URL + "/healthz")
	if err != nil || health.StatusCode != http.StatusOK {
		t.Fatalf("health: %v, %v", health, err)
	}
	made, err := browser.Post(server.URL+"/links", "application/json", strings.NewReader(`{"address":"https://example.com/page"}`))
	if err != nil || made.StatusCode != http.StatusCreated {
		t.Fatalf("create: %v, %v", made, err)
	}
	var body struct{ Code string }
	if err := json.NewDecoder(made.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		followed, err := browser.Get(server.URL + "/" + body.Code)
		if err != nil || followed.StatusCode != http.StatusFound || followed.Header.Get("Location") != "https://example.com/page" {
			t.Fatalf("follow: %v, %v", followed, err)
		}
	}
	if counts, err := counter.Add(t.Context(), body.Code); err != nil || counts.Total != 3 {
		t.Fatalf("counts: %+v, %v; want 3 with this one", counts, err)
	}
	for range 2 {
		made, err = browser.Post(server.URL+"/links", "application/json", strings.NewReader(`{"address":"https://example.com/page"}`))
		if err != nil {
			t.Fatal(err)
		}
	}
	if made.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("the third link of the hour: %d", made.StatusCode)
	}
}

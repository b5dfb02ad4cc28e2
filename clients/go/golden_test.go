package space

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGoldenExchangesAreSentAndRead(t *testing.T) {
	b := newBroker(t)
	s, err := acquire(t.Context(), request{definition: "postgres", test: "TestRefund"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Renew(t.Context(), 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 3, 1, 12, 5, 0, 0, time.UTC); !s.Until().Equal(want) {
		t.Errorf("renewed until %v, not %v", s.Until(), want)
	}
	if err := s.Keep(t.Context(), 30*time.Minute); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Release(t.Context(), Passed); err != nil {
			t.Fatal(err)
		}
	}
	bearer := "Bearer " + goldenToken
	path := "/v1/spaces/lease-2/"
	request := goldenExchange(t, "acquire-files").Request.Body.(map[string]any)
	request["session"] = "session-1"
	want := []asked{
		{"POST", "/v1/sessions", bearer, nil},
		{"POST", "/v1/spaces", bearer, request},
		{"POST", path + "renew", bearer, goldenExchange(t, "renew").Request.Body},
		{"POST", path + "keep", bearer, goldenExchange(t, "keep").Request.Body},
		{"POST", path + "release", bearer, goldenExchange(t, "release-passed").Request.Body},
	}
	if got := b.requests(); !reflect.DeepEqual(got, want) {
		t.Errorf("asked %v\nnot   %v", got, want)
	}
}

func TestAllOptionsAreThoseOfTheProtocol(t *testing.T) {
	b := newBroker(t)
	other := &Space{ID: "lease-7"}
	s, err := Acquire(t.Context(), "postgres", TTL(time.Minute), Wait(1500*time.Microsecond), With(other), With(other))
	if err != nil {
		t.Fatal(err)
	}
	if s.ID != "lease-2" {
		t.Errorf("the space is %s", s.ID)
	}
	got := b.requests()[1].Body
	want := map[string]any{
		"space": "postgres", "test": "space", "session": "session-1",
		"ttl": 60_000.0, "wait": 2.0, "with": []any{"lease-7", "lease-7"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("asked %v, not %v", got, want)
	}
	var full map[string]any
	golden(t, "space-request.full", &full)
	for name := range want {
		if _, isKnown := full[name]; !isKnown {
			t.Errorf("the protocol has no field %s", name)
		}
	}
}

func TestGoldenErrorsKeepCodeMessageHintAndLog(t *testing.T) {
	files, err := filepath.Glob("../../protocol/golden/broker/exchanges/error-*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("only %d files: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			b := newBroker(t)
			e := goldenExchange(t, name)
			b.answers(func(_ asked, w http.ResponseWriter) {
				w.WriteHeader(e.Answer.Status)
				_, _ = w.Write(e.Answer.Body)
			})
			_, err := Acquire(t.Context(), "postgres")
			var failure *Error
			if !errors.As(err, &failure) {
				t.Fatalf("got %v", err)
			}
			var want Error
			if err := json.Unmarshal(e.Answer.Body, &want); err != nil {
				t.Fatal(err)
			}
			if want.Code == "" || !reflect.DeepEqual(*failure, want) {
				t.Errorf("got %#v, not %#v", *failure, want)
			}
			for _, text := range append([]string{want.Code, want.Message, want.Hint}, want.Log...) {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q is not in %q", text, err)
				}
			}
		})
	}
}

func TestGoldenSpacesAreRead(t *testing.T) {
	files, err := filepath.Glob("../../protocol/golden/broker/space.*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("only %d files: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		var message spaceMessage
		golden(t, name, &message)
		var raw struct {
			ID, Space, Service, Kind, URL string
			Values, Env                   map[string]string
			Files                         []map[string]string
			LeasedAt, Until               time.Time
		}
		golden(t, name, &raw)
		s := newSpace(nil, message)
		s.test = t
		got := []any{s.ID, s.Definition, s.Service, s.Kind, s.URL, s.LeasedAt, s.Until(), s.Host(), s.Port(), len(s.Files()), len(s.Env())}
		want := []any{raw.ID, raw.Space, raw.Service, raw.Kind, raw.URL, raw.LeasedAt, raw.Until, raw.Values["host"], raw.Values["port"], len(raw.Files), len(raw.Env)}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, not %v", name, got, want)
		}
		for key, value := range raw.Values {
			if s.Value(key) != value {
				t.Errorf("%s: %s is %q, not %q", name, key, s.Value(key), value)
			}
		}
		for key, value := range raw.Env {
			if !slices.Contains(s.Env(), key+"="+value) {
				t.Errorf("%s: %s=%s is not in %v", name, key, value, s.Env())
			}
		}
		for _, file := range raw.Files {
			if found := s.File(file["name"]); found.Path != file["path"] || found.Text != file["text"] {
				t.Errorf("%s: file %v is %v", name, file, found)
			}
		}
	}
}

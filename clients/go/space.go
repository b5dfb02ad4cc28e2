package space

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Space is a clean place in a service. Its methods may be called by several goroutines at once.
type Space struct {
	// ID is what `seatrial space open` takes.
	ID string
	// Definition is the name it was asked for by.
	Definition string
	// Service is the service that it is a part of.
	Service string
	// Kind is postgres, mysql, redis, mongodb, rabbitmq, nats or s3.
	Kind string
	// URL is its whole address, login and all.
	URL string
	// LeasedAt is when it was given out.
	LeasedAt time.Time

	values map[string]string
	env    map[string]string
	files  []File
	test   testing.TB
	client *client

	// LeasedAt on this machine's clock, which need not be the broker's.
	received time.Time
	mu       sync.Mutex
	until    time.Time

	releasing sync.Once
	released  spaceSummary
	err       error
}

// File is a configuration template of the project, rendered for one space.
type File struct {
	// Name is the template's, without .tmpl.
	Name string
	// Path is absolute. Only the user who runs the tests can read it.
	Path string
	Text string
}

// Outcome is what came of the test that had a space.
type Outcome string

// A space is kept after Failed; after the others it is put back or dropped.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
	Unknown Outcome = "unknown"
)

func newSpace(c *client, m spaceMessage) *Space {
	return &Space{
		ID: m.ID, Definition: m.Space, Service: m.Service, Kind: m.Kind, URL: m.URL, LeasedAt: m.LeasedAt,
		values: m.Values, env: m.Env, files: m.Files, client: c,
		received: time.Now(), until: m.Until,
	}
}

// Host is where the service is.
func (s *Space) Host() string { return s.values["host"] }

// Port is the service's, as text.
func (s *Space) Port() string { return s.values["port"] }

// User is the login's name; empty where the kind has none.
func (s *Space) User() string { return s.values["user"] }

// Password is the login's; empty where the kind has none.
func (s *Space) Password() string { return s.values["password"] }

// Name is the database's, the vhost's or the bucket's; empty where the kind has none.
func (s *Space) Name() string { return s.values["name"] }

// Value is a part of the address: url, host, port, user, password, name, or what the kind adds. An unknown one fails the test that
// the space is of, and panics where there is none.
func (s *Space) Value(key string) string {
	if s.test != nil {
		s.test.Helper()
	}
	value, isKnown := s.values[key]
	if !isKnown {
		known := slices.Sorted(maps.Keys(s.values))
		s.fail(fmt.Errorf("a space of %s has no value %q; its values: %s", s.Definition, key, orNone(known)))
	}
	return value
}

// Env is the kind's usual variables, such as PGHOST=…, to be added to the environment of a command.
func (s *Space) Env() []string {
	variables := make([]string, 0, len(s.env))
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		variables = append(variables, name+"="+s.env[name])
	}
	return variables
}

// File is the rendered template of this name. An unknown one fails the test that the space is of, and panics where there is none.
func (s *Space) File(name string) File {
	if s.test != nil {
		s.test.Helper()
	}
	names := make([]string, 0, len(s.files))
	for _, file := range s.files {
		if file.Name == name {
			return file
		}
		names = append(names, file.Name)
	}
	s.fail(fmt.Errorf("a space of %s has no file %q; its files (`spaces: %s: files:` in seatrial.yaml, without .tmpl): %s",
		s.Definition, name, s.Definition, orNone(names)))
	return File{}
}

// Files are all rendered templates.
func (s *Space) Files() []File { return slices.Clone(s.files) }

// Until is when the space ends, unless it is given back or renewed before.
func (s *Space) Until() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until
}

// Renew lets its time begin anew: zero is the definition's, which is also the most. Fails with *Error.
func (s *Space) Renew(ctx context.Context, ttl time.Duration) error {
	return s.change(ctx, "renew", renewMessage{TTL: milliseconds(ttl)})
}

// Keep keeps it for this long whatever comes of the test: zero is the definition's time. Fails with *Error.
func (s *Space) Keep(ctx context.Context, time time.Duration) error {
	return s.change(ctx, "keep", keepMessage{Time: milliseconds(time)})
}

// Release gives it back. Only the first call counts; New calls it by itself. Fails with *Error.
func (s *Space) Release(ctx context.Context, outcome Outcome) error {
	_, err := s.release(ctx, outcome)
	return err
}

func (s *Space) release(ctx context.Context, outcome Outcome) (spaceSummary, error) {
	s.releasing.Do(func() {
		s.err = s.client.ask(ctx, http.MethodPost, s.path("release"), releaseMessage{Outcome: outcome}, &s.released)
	})
	return s.released, s.err
}

func (s *Space) change(ctx context.Context, verb string, message any) error {
	var after spaceSummary
	if err := s.client.ask(ctx, http.MethodPost, s.path(verb), message, &after); err != nil {
		return err
	}
	if after.Until != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.until = *after.Until
	}
	return nil
}

func (s *Space) path(verb string) string { return "/v1/spaces/" + url.PathEscape(s.ID) + "/" + verb }

func (s *Space) fail(err error) {
	if s.test == nil {
		panic(err)
	}
	s.test.Helper()
	s.test.Fatal(err)
}

// given is for how long it was given out, renewals included.
func (s *Space) given() time.Duration { return s.Until().Sub(s.LeasedAt) }

func (s *Space) isOver() bool { return time.Since(s.received) > s.given() }

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

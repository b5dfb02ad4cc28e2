package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// renewBefore is how long before they expire credentials are asked for anew.
	renewBefore = 5 * time.Minute
	// refusedFor is how long an answer that there are none holds: all who wait for the same answer get it.
	refusedFor = 2 * time.Second
)

// renewed keeps credentials until shortly before they expire. A renewal that fails is no error as long as they are valid.
type renewed[T any] struct {
	fetch func(ctx context.Context) (value T, expires time.Time, err error)
	now   func() time.Time
	// turn holds one token: whoever has it may look and fetch.
	turn    chan struct{}
	value   T
	isKnown bool
	// Zero: they do not expire.
	renewAt, expires time.Time
	// refused is why there are none.
	refused   error
	refusedAt time.Time
}

func newRenewed[T any](now func() time.Time, fetch func(ctx context.Context) (T, time.Time, error)) *renewed[T] {
	turn := make(chan struct{}, 1)
	turn <- struct{}{}
	return &renewed[T]{fetch: fetch, now: now, turn: turn}
}

func (r *renewed[T]) get(ctx context.Context) (T, error) {
	var none T
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case <-r.turn:
	}
	defer func() { r.turn <- struct{}{} }()
	now := r.now()
	if r.isKnown && (r.expires.IsZero() || now.Before(r.renewAt)) {
		return r.value, nil
	}
	if r.refused != nil && now.Sub(r.refusedAt) < refusedFor {
		return none, r.refused
	}
	value, expires, err := r.fetch(ctx)
	if err != nil {
		if r.isKnown && now.Before(r.expires) {
			return r.value, nil
		}
		if errors.Is(err, errNoCredentials) && !temporary(err) {
			r.refused, r.refusedAt = err, r.now()
		}
		return none, err
	}
	r.value, r.expires, r.isKnown = value, expires, true
	r.renewAt = expires.Add(-min(renewBefore, expires.Sub(now)/2))
	return value, nil
}

// forget has them fetched anew, since a server says they have expired; false: they would be the same.
func (r *renewed[T]) forget(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-r.turn:
	}
	defer func() { r.turn <- struct{}{} }()
	if r.expires.IsZero() {
		return false
	}
	r.isKnown = false
	return true
}

// expiredCodes are how servers say that credentials were valid once.
var expiredCodes = []string{"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired", "InvalidToken"}

// askJSON reads an answer of a server of credentials. name says what was asked, for messages.
func askJSON(ctx context.Context, client storeClient, name string, request storeRequest, into any, hide ...string) error {
	got, err := client.send(ctx, request)
	if err != nil {
		return unreached(name, err)
	}
	if !got.isOK() {
		return refused(name, got, "", hide...)
	}
	return decodeJSON(name, got.body, into)
}

func decodeJSON(name string, body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		// The body may hold credentials: not a word of it.
		return &storeError{message: name + ": the answer is not the JSON that was expected"}
	}
	return nil
}

// formContent is a form as a body.
func formContent(text string) *uploadContent {
	return &uploadContent{source: strings.NewReader(text), size: int64(len(text))}
}

func formHeader() http.Header {
	return http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
}

// bearer is a token and where it came from, for messages.
type bearer struct{ token, from string }

// oauthAnswer is what servers of tokens say; some write numbers as strings.
type oauthAnswer struct {
	AccessToken string      `json:"access_token"`
	ExpiresIn   looseNumber `json:"expires_in"`
	ExpiresOn   looseNumber `json:"expires_on"`
}

type looseNumber int64

func (n *looseNumber) UnmarshalJSON(text []byte) error {
	number, err := strconv.ParseFloat(strings.Trim(string(text), `"`), 64)
	if err != nil {
		return nil
	}
	*n = looseNumber(number)
	return nil
}

// token is the answer's token and when it expires: an hour from now where it does not say.
func (a oauthAnswer) token(name, from string, now time.Time) (bearer, time.Time, error) {
	if a.AccessToken == "" || strings.ContainsAny(a.AccessToken, " \r\n") {
		return bearer{}, time.Time{}, &storeError{message: name + ": the answer has no access_token"}
	}
	expires := now.Add(time.Hour)
	if a.ExpiresIn > 0 {
		expires = now.Add(time.Duration(a.ExpiresIn) * time.Second)
	} else if a.ExpiresOn > 0 {
		expires = time.Unix(int64(a.ExpiresOn), 0)
	}
	return bearer{a.AccessToken, from}, expires, nil
}

// secretFile reads a small file of a token or credentials.
func secretFile(path, from string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", &storeError{message: from + " cannot be read: " + oneLine(err.Error()), cause: err}
	}
	return strings.TrimSpace(string(content)), nil
}

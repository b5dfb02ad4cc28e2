package space

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"
)

// Acquire gives a clean space to code that is no single test, such as TestMain. Release gives it back; else it ends with this
// process, or at its time. Fails with *Error, or with what ended the context.
func Acquire(ctx context.Context, definition string, options ...Option) (*Space, error) {
	return acquire(ctx, request{definition: definition, test: testName("")}, options)
}

// Option changes how a space is asked for.
type Option func(*request)

// TTL is the time after which the space ends if it is not given back. The definition's is the default, and the most.
func TTL(time time.Duration) Option { return func(r *request) { r.ttl = time } }

// Wait is how long to wait for a free space before SPACE_WAIT_OVER. A minute by default.
func Wait(time time.Duration) Option { return func(r *request) { r.wait = time } }

// With names further spaces whose values the configuration files may use: {{spaces.redis.url}}.
func With(others ...*Space) Option {
	return func(r *request) {
		for _, other := range others {
			r.with = append(r.with, other.ID)
		}
	}
}

type request struct {
	definition, test string
	ttl, wait        time.Duration
	with             []string
}

// defaultWait is the broker's own.
const defaultWait = time.Minute

func acquire(ctx context.Context, r request, options []Option) (*Space, error) {
	for _, option := range options {
		option(&r)
	}
	c, err := processClient()
	if err != nil {
		return nil, err
	}
	session, err := c.openSession()
	if err != nil {
		return nil, err
	}
	limit := cmp.Or(r.wait, defaultWait) + c.patience
	limited, cancel := context.WithTimeoutCause(ctx, limit, lateError{limit})
	defer cancel()
	var answer spaceMessage
	message := requestMessage{
		Space: r.definition, Test: r.test, Session: session, With: r.with,
		TTL: milliseconds(r.ttl), Wait: milliseconds(r.wait),
	}
	if err := c.ask(limited, http.MethodPost, "/v1/spaces", message, &answer); err != nil {
		return nil, err
	}
	if answer.ID == "" {
		return nil, c.unreachable(ctx, errors.New("its answer is no space"))
	}
	return newSpace(c, answer), nil
}

package main

import (
	"context"
	"errors"
	"strings"
	"time"
)

// errNoCredentials is in the chain of errors that all sources have nothing to say.
var errNoCredentials = errors.New("no credentials")

// source is a place where credentials may be; its name is what messages call it.
type source[T any] struct {
	name  string
	fetch func(ctx context.Context) (T, time.Time, error)
}

// notHere is a source's answer that it has nothing to say: the next one is asked.
type notHere struct {
	// said is why.
	said string
	// again: it may have something to say a little later.
	again bool
}

func (n *notHere) Error() string { return n.said }

func elsewhere(said string) error { return &notHere{said: said} }

// firstOf asks sources in order until one has something to say. When none has, the error says what each answered, and that it
// is worth asking again only if one of them may answer otherwise.
func firstOf[T any](missing string, sources ...source[T]) func(ctx context.Context) (T, time.Time, error) {
	return func(ctx context.Context) (T, time.Time, error) {
		var none T
		var said []string
		again := false
		for _, each := range sources {
			value, expires, err := each.fetch(ctx)
			var not *notHere
			if !errors.As(err, &not) {
				return value, expires, err
			}
			said = append(said, each.name+" ("+not.said+")")
			again = again || not.again
		}
		return none, time.Time{}, &storeError{message: missing + " in " + strings.Join(said, ", "), again: again, cause: errNoCredentials}
	}
}

const (
	// silenceIsNo and silentTimes are how long, and how often, a metadata service must be silent until nobody is taken to be there.
	silenceIsNo = 2 * time.Second
	silentTimes = 2
)

// silence tells a metadata service that is away for a moment from one that is not there. One that spoke is there.
type silence struct {
	now   func() time.Time
	spoke bool
	times int
	since time.Time
}

// begins is to be called before a question.
func (s *silence) begins() {
	if s.times == 0 {
		s.since = s.now()
	}
}

func (s *silence) ends() { s.spoke = true }

// goesOn is what a question without an answer says of the service.
func (s *silence) goesOn(ctx context.Context, host string, err error) *notHere {
	if ctx.Err() != nil {
		return &notHere{said: host + " had not answered when the time was over", again: true}
	}
	s.times++
	mayPass := s.spoke || s.times < silentTimes || s.now().Sub(s.since) < silenceIsNo
	return &notHere{said: host + " does not answer: " + oneLine(err.Error()), again: mayPass && temporary(unreached(host, err))}
}

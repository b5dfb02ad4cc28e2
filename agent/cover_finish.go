package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// senders is how many profiles are sent at once at the end.
	senders = 4
	// firstRetry and longestRetry bound the time between attempts at the end.
	firstRetry   = 100 * time.Millisecond
	longestRetry = time.Second
)

// unitEnd is what the manifest says of a program's end.
type unitEnd struct {
	at       time.Time
	exit     *unitExit
	problems []unitProblem
}

// finish sends what was not sent yet, then the manifest. It returns why the manifest is not there when the time is over; the end
// must have begun. A part of the time is kept for the manifest: without it the files are worth nothing.
func (c *courier) finish(end unitEnd) error {
	close(c.stop)
	select {
	case <-c.stopped:
	case <-c.life.ctx.Done():
		return errNoAnswer
	}
	forFiles, cancel := context.WithTimeout(c.life.ctx, c.life.left()*4/5)
	defer cancel()
	c.sendAll(forFiles, c.pending(all))
	scripts := findScripts(c.find())
	c.mu.Lock()
	c.scripts = scripts
	c.mu.Unlock()
	c.sendAll(forFiles, scripts)
	problems := append(slices.Clone(end.problems), c.sendProblems(c.find())...)
	c.mu.Lock()
	c.unit.EndedAt, c.unit.Exit, c.unit.Problems = unitTime(end.at), end.exit, problems
	c.mu.Unlock()
	return retry(c.life.ctx, func() error { return c.sendManifest(c.life.ctx) })
}

func all(profileFile) bool { return true }

func (c *courier) sendAll(ctx context.Context, fresh []profileFile) {
	work := make(chan profileFile)
	var busy sync.WaitGroup
	for range min(senders, len(fresh)) {
		busy.Add(1)
		go func() {
			defer busy.Done()
			for p := range work {
				if err := retry(ctx, func() error { return c.sendProfile(ctx, p) }); err != nil {
					c.noteFailed(p, err)
				}
			}
		}()
	}
	for _, p := range fresh {
		work <- p
	}
	close(work)
	busy.Wait()
}

// retry repeats what may succeed later until ctx ends, and returns the last error; not that the time was over, if an attempt
// before said more.
func retry(ctx context.Context, try func() error) error {
	var before error
	for pause := firstRetry; ; pause = min(2*pause, longestRetry) {
		err := try()
		if before != nil && ctx.Err() != nil && isOutOfTime(err) {
			return before
		}
		before = err
		if err == nil || !worthRetrying(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func isOutOfTime(err error) bool { return errors.Is(err, errNoTime) || errors.Is(err, errNoAnswer) }

// noteFailed says why a profile did not arrive in all attempts together.
func (c *courier) noteFailed(p profileFile, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed[p.path] = why
}

// notSent says why profiles are not at the destination as they were found here.
func (c *courier) notSent(found []profileFile) map[string]error {
	missing := map[string]error{}
	c.mu.Lock()
	scripts := c.scripts
	c.mu.Unlock()
	for _, p := range append(c.unsent(found, all), c.unsent(scripts, all)...) {
		missing[p.path] = errNoTime
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for path := range missing {
		if why := c.failed[path]; why != nil {
			missing[path] = why
		}
	}
	return missing
}

// sendProblems are notSent for the manifest: one for all that did not arrive, and one for each profile that is broken.
func (c *courier) sendProblems(found []profileFile) []unitProblem {
	var problems []unitProblem
	var late []string
	var lateWhy error
	for path, why := range c.notSent(found) {
		if isBroken(why) {
			problems = append(problems, brokenProfile(path, why))
		} else {
			late, lateWhy = append(late, path), why
		}
	}
	slices.SortFunc(problems, func(a, b unitProblem) int { return strings.Compare(a.Message, b.Message) })
	if len(late) > 0 {
		slices.Sort(late)
		problems = append(problems, notSentProblem(late, c.redact.text(lateWhy.Error())))
	}
	return problems
}

// manifest is the unit with what was sent so far; the caller holds the lock.
func (c *courier) manifest() unitManifest {
	unit := c.unit
	unit.Files = []unitFile{}
	for _, sent := range c.sent {
		unit.Files = append(unit.Files, sent.unitFile)
	}
	slices.SortFunc(unit.Files, func(a, b unitFile) int { return strings.Compare(a.Path, b.Path) })
	unit.Problems = append([]unitProblem{}, unit.Problems...)
	return unit
}

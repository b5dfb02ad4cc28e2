package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path"
	"sync"
	"time"
)

const (
	// firstLook and longestLook bound the time between looks for new meta data; the time doubles from one to the other.
	firstLook   = 20 * time.Millisecond
	longestLook = time.Second
	// firstSearch is how soon credentials are asked for again that are not there, which doubles to longestPause.
	firstSearch = 500 * time.Millisecond
	// firstManifest is when a unit is made known that has no meta data yet.
	firstManifest = 3 * time.Second
	// longestPause is for a destination in trouble, while the program runs.
	longestPause = time.Minute
)

// courier brings a unit to its destination: meta data when it appears, everything at the end, the manifest after the files.
// While the program runs all of it happens in one goroutine, which the program never waits for.
type courier struct {
	settings coverSettings
	// folder holds a folder of profiles for each language; empty when none could be made.
	folder string
	// find lists the finished profiles in it.
	find   func() []profileFile
	life   *lifetime
	redact *redactor
	getenv func(string) string
	// resumed says that the destination may have a manifest of the unit already, which the next one must not fall short of.
	resumed bool

	stop    chan struct{}
	stopped chan struct{}

	// mu guards what several senders share at the end.
	mu     sync.Mutex
	to     destination
	unit   unitManifest
	sent   map[string]sentProfile
	failed map[string]error
	// scripts are what profiles of Node are about; known at the end.
	scripts []profileFile
}

type sentProfile struct {
	unitFile
	of profileFile
}

var (
	errNoDestination = errors.New("no destination is named (--to)")
	errNoTime        = errors.New("no time was left")
)

func startCourier(c *courier) *courier {
	c.sent, c.failed = map[string]sentProfile{}, map[string]error{}
	c.stop, c.stopped = make(chan struct{}), make(chan struct{})
	go c.run()
	go c.seekCredentials()
	return c
}

// seekCredentials asks for credentials while the program runs: the end then has no time to lose with those that nobody has, and
// whoever reads the program's output learns it early.
func (c *courier) seekCredentials() {
	to, err := c.destination()
	seeker, seeks := to.(credentialSeeker)
	if err != nil || !seeks {
		return
	}
	for pause := firstSearch; ; pause = min(2*pause, longestPause) {
		// What the end finds under way must not keep those waiting that send: they need the same credentials.
		ctx, cancel := boundAttempt(c.life.ctx, c.life, 0)
		err := seeker.seekCredentials(ctx)
		isCut := ctx.Err() != nil
		cancel()
		if err == nil || c.isStopped() {
			return
		}
		if !isCut && !worthRetrying(err) {
			say(c.redact.text(err.Error()))
			return
		}
		select {
		case <-c.stop:
			return
		case <-time.After(pause):
		}
	}
}

// run sends meta data as it appears, and with --flush what else is there now and then; at first what an earlier watcher knew of.
func (c *courier) run() {
	defer close(c.stopped)
	c.learnCommit()
	began, flushed := time.Now(), time.Now()
	look, pause := firstLook, time.Duration(0)
	for known := false; ; look = min(2*look, longestLook) {
		select {
		case <-c.stop:
			return
		case <-time.After(max(look, pause)):
		}
		now := time.Now()
		flush := c.settings.flush > 0 && now.Sub(flushed) >= c.settings.flush
		if flush {
			flushed = now
		}
		early := flush || (c.resumed && !known)
		fresh := c.pending(func(p profileFile) bool { return p.isMeta() || (early && p.isSettled(now)) })
		if len(fresh) == 0 && !flush && (known || now.Sub(began) < firstManifest) {
			continue
		}
		err := c.deliver(fresh)
		known = known || err == nil
		pause = nextPause(pause, err)
	}
}

// nextPause keeps a destination that is in trouble from being asked too often.
func nextPause(pause time.Duration, err error) time.Duration {
	switch {
	case err == nil:
		return 0
	case !worthRetrying(err):
		return longestPause
	default:
		return min(max(2*pause, time.Second), longestPause)
	}
}

// learnCommit takes a moment that the program need not wait for.
func (c *courier) learnCommit() {
	if c.settings.commit != "" || len(c.settings.argv) == 0 {
		return
	}
	commit := buildSetting(c.settings.argv[0], "vcs.revision")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unit.Commit = commit
}

// pending are the profiles that were not sent as they are now.
func (c *courier) pending(wanted func(profileFile) bool) []profileFile {
	return c.unsent(c.find(), wanted)
}

func (c *courier) unsent(found []profileFile, wanted func(profileFile) bool) []profileFile {
	c.mu.Lock()
	defer c.mu.Unlock()
	var fresh []profileFile
	for _, p := range found {
		if c.sent[p.path].of != p && wanted(p) {
			fresh = append(fresh, p)
		}
	}
	return fresh
}

// deliver makes one attempt to send each profile, then the manifest. The first error ends it, unless only one profile is broken;
// the end does, too: finish sends what is left, several at once.
func (c *courier) deliver(fresh []profileFile) error {
	for _, p := range fresh {
		if c.isStopped() {
			return nil
		}
		if err := c.sendProfile(c.life.ctx, p); err != nil && !isBroken(err) {
			return err
		}
	}
	if c.isStopped() {
		return nil
	}
	return c.sendManifest(c.life.ctx)
}

func (c *courier) isStopped() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

// sendProfile makes one attempt, and notes how it went.
func (c *courier) sendProfile(ctx context.Context, p profileFile) error {
	sent, err := c.putProfile(ctx, p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.failed[p.path] = err
		return err
	}
	delete(c.failed, p.path)
	c.sent[p.path] = sentProfile{sent, p}
	return nil
}

func (c *courier) putProfile(ctx context.Context, p profileFile) (unitFile, error) {
	opened, err := openProfile(p, c.redact)
	if err != nil {
		return unitFile{}, err
	}
	defer opened.close()
	return unitFile{p.path, opened.bytes, opened.digest}, c.put(ctx, p.path, opened.content, opened.bytes)
}

func (c *courier) sendManifest(ctx context.Context) error {
	c.mu.Lock()
	content, err := json.MarshalIndent(c.manifest(), "", "  ")
	c.mu.Unlock()
	if err != nil {
		return err
	}
	content = append(content, '\n')
	return c.put(ctx, "manifest.json", bytes.NewReader(content), int64(len(content)))
}

func (c *courier) put(ctx context.Context, name string, content io.ReadSeeker, size int64) error {
	if ctx.Err() != nil {
		return errNoTime
	}
	to, err := c.destination()
	if err != nil {
		return err
	}
	ctx, cancel := boundAttempt(ctx, c.life, size)
	defer cancel()
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := to.put(ctx, path.Join(c.unit.key(), name), content, size); err != nil {
		if ctx.Err() != nil && !errors.Is(err, errNoCredentials) {
			return errNoAnswer
		}
		return err
	}
	return nil
}

// destination is opened when it is first needed.
func (c *courier) destination() (destination, error) {
	if c.settings.to == "" {
		return nil, errNoDestination
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to == nil {
		to, err := openDestination(c.settings.to, c.getenv)
		if err != nil {
			return nil, err
		}
		c.to = to
	}
	return c.to, nil
}

package main

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

const (
	// profilesQuiet is how long nothing more must come: a program of several processes writes several profiles.
	profilesQuiet = time.Second
	watchedLook   = 100 * time.Millisecond
)

// watch brings the profiles to storage that a program elsewhere writes to a folder, until it is told to end: a container beside
// the program's, which ends after it, or at the same time. Started again it goes on with what it began.
func (w *wrapper) watch() int {
	began := time.Now()
	signals := catchSignals(w.terminal)
	w.folder = w.settings.watch
	if err := makeWatchedFolder(w.folder, w.settings.languages); err != nil {
		w.problems = append(w.problems, folderNotWritable(err, os.Getuid()))
	}
	unit, resumed := w.watchedUnit(began)
	c := w.startCourier(unit, resumed)
	for w.told.IsZero() {
		if sig := (<-signals).(syscall.Signal); w.asksToEnd(sig) || sig == syscall.SIGINT {
			w.toldToEnd()
		}
	}
	w.waitForProfiles(signals)
	w.conclude(w.deliver(c, signals))
	return 0
}

// waitForProfiles waits for the program's end, which nobody tells: until profiles came as an end leaves them. It takes the program's
// share of the time otherwise, as for one that was killed.
func (w *wrapper) waitForProfiles(signals <-chan os.Signal) {
	over := time.NewTimer(time.Until(w.told.Add(w.share())))
	defer over.Stop()
	stop := make(chan struct{})
	defer close(stop)
	ended := w.seekEnd(stop)
	for {
		select {
		case <-ended:
			return
		case <-over.C:
			return
		case caught := <-signals:
			if sig := caught.(syscall.Signal); w.asksToEnd(sig) || sig == syscall.SIGINT {
				over.Reset(w.toldToEnd())
			}
		}
	}
}

// seekEnd looks at the folder until the program has ended, and closes what it returns then. Nobody waits for a look: the volume may hang.
func (w *wrapper) seekEnd(stop <-chan struct{}) (ended <-chan struct{}) {
	seen := make(chan struct{})
	go func() {
		end := newWatchedEnd(w.find(), time.Now())
		ticker := time.NewTicker(watchedLook)
		defer ticker.Stop()
		for !end.hasCome(w.find(), time.Now()) || hasUnfinished(w.folder) {
			select {
			case <-ticker.C:
			case <-stop:
				return
			}
		}
		close(seen)
	}()
	return seen
}

// watchedEnd tells from the profiles of a program elsewhere that it has ended. Programs write some while they run, too: snapshots, and
// those of helpers and of workers that are replaced. What came before the end was asked for is therefore no sign of it, nor is
// anything that such a program writes later; its end is not told, but waited for.
type watchedEnd struct {
	writesEarlier bool
	last          []profileFile
	changed       time.Time
}

func newWatchedEnd(found []profileFile, now time.Time) *watchedEnd {
	return &watchedEnd{slices.ContainsFunc(found, profileFile.hasCounts), found, now}
}

// hasCome reports whether there are profiles now, of all Go programs that run there, and nothing has followed for a while. It
// compares what is there, not times: the volume's clock may be another one.
func (e *watchedEnd) hasCome(found []profileFile, now time.Time) bool {
	if !slices.Equal(found, e.last) {
		e.last, e.changed = found, now
	}
	return !e.writesEarlier && slices.ContainsFunc(found, profileFile.hasCounts) &&
		len(notFlushed(coverEnd{}, found)) == 0 && now.Sub(e.changed) > profilesQuiet
}

// makeWatchedFolder makes a folder for each language, which any user can write to.
func makeWatchedFolder(folder string, languages []string) error {
	for _, language := range languages {
		path := filepath.Join(folder, language)
		err := os.MkdirAll(path, 0o755)
		if err == nil {
			err = os.Chmod(path, 0o777|os.ModeSticky)
		}
		// Somebody else may have made it, for the program alone.
		if err != nil && !isFolder(path) {
			return err
		}
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

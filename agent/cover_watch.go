package main

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	// freshProfile is how old a profile may be that tells that the program has ended: whoever ends containers one after the other
	// takes a moment to notice.
	freshProfile = 5 * time.Second
	// profilesQuiet is how long nothing more must come: a program of several processes writes several profiles.
	profilesQuiet = time.Second
	watchedLook   = 100 * time.Millisecond
)

// watch brings the profiles to storage that a program elsewhere writes to a folder, until it is told to end: a container beside
// the program's, which ends after it, or at the same time.
func (w *wrapper) watch() int {
	began := time.Now()
	w.folder = w.settings.watch
	if err := makeWatchedFolder(w.folder, w.settings.languages); err != nil {
		w.problems = append(w.problems, folderNotWritable(err, os.Getuid()))
	}
	signals := catchSignals(w.terminal)
	c := w.startCourier(newBoot(began), began)
	for w.told.IsZero() {
		if sig := (<-signals).(syscall.Signal); w.asksToEnd(sig) || sig == syscall.SIGINT {
			w.toldToEnd()
		}
	}
	w.waitForProfiles(signals)
	w.conclude(w.deliver(c, signals))
	return 0
}

// waitForProfiles waits for the program's end, which nobody tells: until profiles came that are as young as an end leaves them. It
// takes the program's share of the time at most, as for one that was killed.
func (w *wrapper) waitForProfiles(signals <-chan os.Signal) {
	over := time.NewTimer(time.Until(w.told.Add(w.share())))
	defer over.Stop()
	look := time.NewTicker(watchedLook)
	defer look.Stop()
	for !w.hasEnded(time.Now()) {
		select {
		case <-look.C:
		case <-over.C:
			return
		case caught := <-signals:
			if sig := caught.(syscall.Signal); w.asksToEnd(sig) || sig == syscall.SIGINT {
				over.Reset(w.toldToEnd())
			}
		}
	}
}

// hasEnded reports whether the newest profile that is no meta data is from the program's end, and nothing follows.
func (w *wrapper) hasEnded(now time.Time) bool {
	var newest time.Time
	for _, p := range findProfiles(w.folder, w.settings.languages) {
		if !p.isMeta() && p.modified.After(newest) {
			newest = p.modified
		}
	}
	return newest.After(w.told.Add(-freshProfile)) && now.Sub(newest) > profilesQuiet && !hasUnfinished(w.folder)
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

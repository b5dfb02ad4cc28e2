package main

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// watch brings the profiles to storage that a program elsewhere writes to a folder, until it is told that the program has ended:
// a container beside the program's, which ends after it.
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
	w.conclude(w.deliver(c, signals))
	return 0
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

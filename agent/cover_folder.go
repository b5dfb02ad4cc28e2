package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folderPatience is for a place that hangs, such as a volume whose server is away: the program waits for its folder. Any shorter, and
// a container that gets little time of its processor would go without coverage.
const folderPatience = time.Second

// makeCoverFolder makes the folder for this boot's profiles, with one for each language: in the folder that was asked for,
// or else in the first place that can be written. The error says what was tried.
func makeCoverFolder(s coverSettings, boot string, getenv func(string) string) (string, error) {
	places := []string{"/tmp", getenv("TMPDIR"), "/dev/shm", "/var/tmp", "."}
	if s.folder != "" {
		places = append([]string{s.folder}, places...)
	}
	var tried []string
	for _, place := range places {
		if place == "" {
			continue
		}
		name := "seatrial-cover-" + boot
		if place == s.folder {
			name = boot
		}
		folder, err := filepath.Abs(filepath.Join(place, name))
		if err == nil {
			err = inTime(folderPatience, func() error { return prepareCoverFolder(folder, s) }, func() { os.RemoveAll(folder) })
		}
		if err == nil {
			return folder, nil
		}
		tried = append(tried, fmt.Sprintf("%s (%s)", place, reason(err)))
	}
	return "", fmt.Errorf("%s", strings.Join(tried, ", "))
}

// inTime gives up on what takes too long, such as a call to a file server that is away; what it has done then is undone
// once it is over.
func inTime(patience time.Duration, do func() error, undo func()) error {
	// Without room for the answer, so that it is either taken or undone.
	done := make(chan error)
	givenUp := make(chan struct{})
	go func() {
		err := do()
		select {
		case <-givenUp:
			undo()
		case done <- err:
		}
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		close(givenUp)
		return errors.New("took too long")
	}
}

func prepareCoverFolder(folder string, s coverSettings) (err error) {
	mode := os.FileMode(0o700)
	if os.Getuid() == 0 {
		// The program may become another user before it writes.
		mode = 0o777 | os.ModeSticky
	}
	if s.folder != "" && filepath.Dir(folder) == filepath.Clean(s.folder) {
		err = os.MkdirAll(folder, 0o755)
	} else {
		err = os.Mkdir(folder, 0o755)
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
	for _, language := range s.languages {
		path := filepath.Join(folder, language)
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
		if err := os.Chmod(path, mode); err != nil {
			return err
		}
	}
	// A full disk takes folders, but no content.
	probe := filepath.Join(folder, "probe")
	if err := os.WriteFile(probe, make([]byte, 4096), 0o600); err != nil {
		return err
	}
	return os.Remove(probe)
}

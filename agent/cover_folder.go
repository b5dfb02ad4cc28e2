package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// folderPatience is for places that hang, such as volumes whose server is away: the program waits for its folder. Any shorter,
	// and a container that gets little time of its processor would go without coverage.
	folderPatience = time.Second
	// folderHeadStart is how long a place is waited for before the next one is tried beside it.
	folderHeadStart = 100 * time.Millisecond
)

// makeCoverFolder makes the folder for this boot's profiles, with one for each language: in the folder that was asked for,
// or else in the first place that can be written. It takes folderPatience at most. The error says what was tried.
func makeCoverFolder(s coverSettings, boot string, getenv func(string) string) (string, error) {
	var places []string
	for _, place := range []string{s.folder, "/tmp", getenv("TMPDIR"), "/dev/shm", "/var/tmp", "."} {
		if place != "" && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	prepare := func(place string) (string, error) {
		name := "seatrial-cover-" + boot
		if place == s.folder {
			name = boot
		}
		// The working directory may hang, too.
		folder, err := filepath.Abs(filepath.Join(place, name))
		if err == nil {
			err = prepareCoverFolder(folder, s)
		}
		return folder, err
	}
	undo := func(folder string) { os.RemoveAll(folder) }
	return placeSearch{places, folderHeadStart, folderPatience, prepare, undo}.first()
}

// placeSearch says where to look, how long before the next place is tried as well, and how long in all.
type placeSearch struct {
	places              []string
	headStart, patience time.Duration
	prepare             func(place string) (folder string, err error)
	undo                func(folder string)
}

type preparedPlace struct {
	index  int
	folder string
	err    error
}

// first prepares the first place that can be: the next one is tried as soon as one fails, and beside one that takes long.
// What was begun elsewhere is undone once it is over.
func (s placeSearch) first() (string, error) {
	answers, decided := make(chan preparedPlace), make(chan struct{})
	defer close(decided)
	begin := func(index int) {
		folder, err := s.prepare(s.places[index])
		select {
		case answers <- preparedPlace{index, folder, err}:
		case <-decided:
			if err == nil {
				s.undo(folder)
			}
		}
	}
	why := make([]string, len(s.places))
	for i := range why {
		why[i] = "took too long"
	}
	giveUp := time.After(s.patience)
	begun := 0
	for answered := 0; answered < len(s.places); {
		var headStart <-chan time.Time
		if begun < len(s.places) {
			go begin(begun)
			begun++
			headStart = time.After(s.headStart)
		}
		select {
		case answer := <-answers:
			if answer.err == nil {
				return answer.folder, nil
			}
			why[answer.index] = reason(answer.err)
			answered++
		case <-headStart:
		case <-giveUp:
			answered = len(s.places)
		}
	}
	tried := make([]string, len(s.places))
	for i, place := range s.places {
		tried[i] = fmt.Sprintf("%s (%s)", place, why[i])
	}
	return "", errors.New(strings.Join(tried, ", "))
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
	if s.nodeHook && slices.Contains(s.languages, "node") {
		// Without it programs run as well.
		_ = writeNodeHook(folder)
	}
	// A full disk takes folders, but no content.
	probe := filepath.Join(folder, "probe")
	if err := os.WriteFile(probe, make([]byte, 4096), 0o600); err != nil {
		return err
	}
	return os.Remove(probe)
}

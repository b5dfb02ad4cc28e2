package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// bootNote keeps the boot of a watched folder beside the profiles. Whoever watches the folder again, as a sidecar that is started
// anew, goes on with the same unit: as another one, what was sent before would count twice. What a program leaves that was started
// anew has other names, or is added to by its own tools, and belongs to the unit too.
type bootNote struct {
	// places are the folders that it may be in; a volume may be mounted at one of them only.
	places []string
	name   string
}

// newBootNote is the note of one run, service and so on: who watches for another one begins a unit of its own.
func newBootNote(folder string, languages []string, unit unitManifest) bootNote {
	sum := sha256.Sum256([]byte(strings.Join([]string{unit.Run, unit.Service, unit.Instance, unit.Source, unit.Commit}, "\x00")))
	note := bootNote{name: ".seatrial-boot-" + hex.EncodeToString(sum[:8])}
	for _, language := range languages {
		note.places = append(note.places, filepath.Join(folder, language))
	}
	return note
}

// read returns the boot that was kept, and when it began.
func (n bootNote) read() (boot string, began time.Time, found bool) {
	for _, place := range n.places {
		// The program may write here, and must not choose what we read.
		file, err := os.OpenFile(filepath.Join(place, n.name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
		if err != nil {
			continue
		}
		content, _ := io.ReadAll(io.LimitReader(file, longestUnitName))
		file.Close()
		boot = strings.TrimSpace(string(content))
		if began, found = bootTime(boot); found {
			return boot, began, true
		}
	}
	return "", time.Time{}, false
}

// write keeps a boot in the first place that takes it.
func (n bootNote) write(boot string) (err error) {
	for _, place := range n.places {
		path := filepath.Join(place, n.name)
		// What is there says nothing, or it would have been read.
		_ = os.Remove(path)
		if err = createFile(path, boot+"\n"); err == nil {
			return nil
		}
	}
	return err
}

func createFile(path, content string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.WriteString(content)
	return err
}

// watchedUnit is the unit that a watched folder's profiles are sent as, and whether another watcher began it.
func (w *wrapper) watchedUnit(began time.Time) (unit unitManifest, resumed bool) {
	unit = w.newUnit(newBoot(began), began)
	note := newBootNote(w.folder, w.settings.languages, unit)
	boot, earlier, resumed := note.read()
	if resumed {
		unit.Boot, unit.StartedAt = boot, unitTime(earlier)
	} else if err := note.write(unit.Boot); err != nil && len(w.problems) == 0 {
		w.complaints = append(w.complaints, fmt.Sprintf("a watcher that is started again would send everything twice: %v", err))
	}
	return unit, resumed
}

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func manifestsIn(t *testing.T, to string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(to, "run", "*", "*", "*", "*", "manifest.json"))
	must(t, err)
	return found
}

func TestWatcherThatIsStartedAgainGoesOnWithItsUnit(t *testing.T) {
	t.Parallel()
	folder, to := t.TempDir(), t.TempDir()
	flags := []string{"--to", to, "--service", "orders", "--budget", "2s", "--share", "10%"}
	leave := leaver(t, folder)
	wants := func(files int, hasEnded bool) unitManifest {
		t.Helper()
		_, manifest, found := findUnit(t, to)
		if all := manifestsIn(t, to); !found || len(all) != 1 || manifest.count("go/") != files || (manifest.EndedAt != "") != hasEnded {
			t.Errorf("%d units, of which one is %+v", len(all), manifest)
		}
		return manifest
	}
	end := func(u *coverUnderTest) {
		t.Helper()
		u.signal(syscall.SIGTERM)
		u.wantCode(0)
		if !u.summary().Complete {
			t.Errorf("%s", u.stderr.text())
		}
	}

	again := func(flags ...string) *coverUnderTest {
		t.Helper()
		before := time.Now()
		u := startCover(t, coverCase{flags: append([]string{"--watch", folder}, flags...)})
		eventually(t, "a manifest of its own", func() bool {
			return slices.ContainsFunc(manifestsIn(t, to), func(path string) bool {
				info, err := os.Stat(path)
				return err == nil && info.ModTime().After(before)
			})
		})
		return u
	}

	u := watchFolder(t, folder, flags...)
	leave(0)
	end(u)
	first := wants(1, true)

	// The next one is killed, before its program has written anything more: what was there before is there still.
	u = again(flags...)
	u.signal(syscall.SIGKILL)
	u.wait()
	wants(1, false)

	// The program was started again, too.
	u = again(flags...)
	leave(0)
	end(u)
	if last := wants(2, true); last.Boot != first.Boot || last.StartedAt[:19] != first.StartedAt[:19] {
		t.Errorf("%+v is not what %+v was", last, first)
	}

	end(again(append(flags, "--run", "r2")...))
	if all := manifestsIn(t, to); len(all) != 2 {
		t.Errorf("another run has no unit of its own: %v", all)
	}
}

func TestNoteOfABootIsNotWhatAnybodyWrites(t *testing.T) {
	folder := t.TempDir()
	must(t, os.Mkdir(filepath.Join(folder, "go"), 0o755))
	boot := newBoot(time.Now())
	note := newBootNote(folder, []string{"node", "go"}, unitManifest{Run: "r1"})
	path := filepath.Join(folder, "go", note.name)
	for _, content := range []string{
		"", "\n", "..", "../../../x", "20261350-101500-5f9e2a01", "20260102-101500", "20260102-101500-5f9e2a0", "20260102-101500-5f9e2a0/", boot + "/..", boot + "\n" + boot,
	} {
		must(t, os.WriteFile(path, []byte(content), 0o644))
		if read, _, found := note.read(); found {
			t.Errorf("%q is taken for the boot %q", content, read)
		}
	}
	elsewhere := filepath.Join(t.TempDir(), "boot")
	must(t, os.WriteFile(elsewhere, []byte(boot), 0o644))
	must(t, os.Remove(path))
	must(t, os.Symlink(elsewhere, path))
	if _, _, found := note.read(); found {
		t.Error("a link is followed")
	}

	must(t, note.write(boot))
	if read, began, found := note.read(); !found || read != boot || time.Since(began) > time.Minute {
		t.Errorf("%q of %v", read, began)
	}
	if string(mustRead(t, elsewhere)) != boot {
		t.Error("a link is written through")
	}
	if _, _, found := newBootNote(folder, []string{"go"}, unitManifest{Run: "r2"}).read(); found {
		t.Error("it is the boot of another run")
	}
	for language := range coverLanguages {
		if coverLanguages[language].isProfile(note.name) {
			t.Errorf("it is taken for a profile of %s", language)
		}
	}
}

func TestFolderThatTakesNoNoteIsSaid(t *testing.T) {
	folder := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(folder, "go"), 0o755))
	w := &wrapper{folder: folder, settings: coverSettings{languages: []string{"node"}}}
	if unit, resumed := w.watchedUnit(time.Now()); resumed || unit.Boot == "" {
		t.Errorf("%+v", unit)
	}
	if len(w.complaints) != 1 || !strings.Contains(w.complaints[0], "would send everything twice") {
		t.Errorf("%q", w.complaints)
	}
}

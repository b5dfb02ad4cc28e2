package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// watchFolder starts a watcher, and returns when it can be told to end.
func watchFolder(t *testing.T, folder string, flags ...string) *coverUnderTest {
	t.Helper()
	u := startCover(t, coverCase{flags: append([]string{"--watch", folder}, flags...)})
	eventually(t, "its folder", func() bool { return isFolder(folder + "/go") })
	return u
}

// leaver returns what leaves counters in a watched folder, by another name each time, as a program leaves them at its end.
func leaver(t *testing.T, folder string) func(age time.Duration) {
	t.Helper()
	_, left := leaveProfiles(t, "exit", "0")
	counters := mustRead(t, left)
	count := 0
	return func(age time.Duration) {
		t.Helper()
		count++
		path := filepath.Join(folder, "go", fmt.Sprintf("covcounters.0123456789abcdef0123456789abcdef.1.%d", count))
		// At once, as Go does it.
		unfinished := filepath.Join(folder, "go", "tmp.covcounters")
		must(t, os.WriteFile(unfinished, counters, 0o644))
		must(t, os.Chtimes(unfinished, time.Time{}, time.Now().Add(-age)))
		must(t, os.Rename(unfinished, path))
	}
}

func TestWatcherBringsWhatAProgramElsewhereLeaves(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "profiles")
	u := watchFolder(t, folder, "--service", "orders", "--languages", "go,node", "--budget", "3s")
	eventually(t, "folders", func() bool { return isFolder(folder + "/node") })
	app := exec.Command(covered(t), "wait")
	app.Env = append(withoutCover(os.Environ()), "GOCOVERDIR="+folder+"/go")
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "meta data", func() bool {
		_, manifest, found := findUnit(t, u.to)
		return found && manifest.count("go/covmeta.") == 1
	})
	// It may not listen yet.
	eventually(t, "its end", func() bool {
		_ = app.Process.Signal(syscall.SIGTERM)
		found, _ := filepath.Glob(folder + "/go/covcounters.*")
		return len(found) == 1
	})
	_ = app.Wait()
	u.signal(syscall.SIGHUP)
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	manifest := u.wantProblems("")
	if manifest.count("go/") != 2 || manifest.Exit != nil || manifest.EndedAt == "" || manifest.Service != "orders" || len(manifest.Argv) != 0 {
		t.Errorf("%+v", manifest)
	}
	if left, _ := filepath.Glob(folder + "/go/cov*"); len(left) != 2 {
		t.Errorf("%v", left)
	}
}

func TestWatcherSaysWhenNothingCame(t *testing.T) {
	t.Parallel()
	u := watchFolder(t, t.TempDir(), "--service", "orders", "--budget", "2s")
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	u.wantProblems("COVERAGE_NOT_BUILT")
	if !strings.Contains(u.stderr.text(), "orders is said to have ended and left no profile") {
		t.Errorf("%s", u.stderr.text())
	}
}

func TestWatcherThatIsToldFirstEndsSoonAfterTheProgram(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	leave := leaver(t, folder)
	u := watchFolder(t, folder, "--budget", "20s")
	u.signal(syscall.SIGTERM)
	time.Sleep(1500 * time.Millisecond)
	leave(0)
	left := time.Now()
	if took := u.endedAfter(left); took < profilesQuiet || took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	u.wantCode(0)
	if _, manifest := u.arrived(); manifest.count("go/covcounters.") != 1 {
		t.Errorf("%+v", manifest.Files)
	}
}

func TestWatcherWaitsForTheLastProfilesOfAProgramThatWritesWhileItRuns(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{"a moment ago": 0, "long ago": time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			leave := leaver(t, folder)
			u := watchFolder(t, folder, "--budget", "8s", "--share", "50%")
			leave(age)
			u.signal(syscall.SIGTERM)
			// Later than a program is silent that has ended; and a snapshot more, on the way there.
			time.Sleep(200 * time.Millisecond)
			leave(0)
			time.Sleep(2500 * time.Millisecond)
			leave(0)
			u.wantCode(0)
			if _, manifest := u.arrived(); manifest.count("go/covcounters.") != 3 || !u.summary().Complete {
				t.Errorf("%+v", manifest.Files)
			}
		})
	}
}

func TestEndOfAWatchedProgramIsToldFromItsProfiles(t *testing.T) {
	const hash, other = "go/covmeta.0123456789abcdef0123456789abcdef", "go/covmeta.fedcba9876543210fedcba9876543210"
	counters := strings.Replace(hash, "meta", "counters", 1)
	files := func(names ...string) (found []profileFile) {
		for _, name := range names {
			found = append(found, profileFile{path: name, size: 1, modified: time.Now()})
		}
		return found
	}
	for name, c := range map[string]struct {
		before, after []profileFile
		hasEnded      bool
	}{
		"counters came":                  {files(hash), files(hash, counters+".1.1"), true},
		"of another language":            {nil, files("python/.coverage.a"), true},
		"nothing came":                   {files(hash), files(hash), false},
		"meta data came":                 {nil, files(hash), false},
		"counters were there":            {files(hash, counters+".1.1"), files(hash, counters+".1.1"), false},
		"counters were there and came":   {files(hash, counters+".1.1"), files(hash, counters+".1.1", counters+".1.2"), false},
		"another program writes none":    {files(hash, other), files(hash, other, counters+".1.1"), false},
		"a file of a tool was empty":     {[]profileFile{{path: "java/jacoco.exec"}}, files("java/jacoco.exec"), true},
		"a file of a tool is empty":      {nil, []profileFile{{path: "java/jacoco.exec"}}, false},
		"a tool adds to what it started": {files("java/jacoco.exec"), []profileFile{{path: "java/jacoco.exec", size: 2}}, false},
	} {
		told := time.Now()
		end := newWatchedEnd(c.before, told)
		came := told.Add(time.Minute)
		if end.hasCome(c.after, came) && !slices.Equal(c.before, c.after) {
			t.Errorf("%s: it ended without a pause", name)
		}
		if got := end.hasCome(c.after, came.Add(profilesQuiet+1)); got != c.hasEnded {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWatcherWaitsNoLongerThanTheShareForAProgramThatWasKilled(t *testing.T) {
	t.Parallel()
	u := watchFolder(t, t.TempDir(), "--budget", "4s", "--share", "50%")
	told := time.Now()
	u.signal(syscall.SIGTERM)
	if took := u.endedAfter(told); took < 1900*time.Millisecond || took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	u.wantCode(0)
}

func TestWatcherThatIsToldTwiceWaitsNoLonger(t *testing.T) {
	t.Parallel()
	u := watchFolder(t, t.TempDir(), "--budget", "30s")
	u.signal(syscall.SIGTERM)
	time.Sleep(2 * repeatedAfter)
	told := time.Now()
	u.signal(syscall.SIGTERM)
	if took := u.endedAfter(told); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	u.wantCode(0)
}

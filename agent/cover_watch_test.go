package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWatcherBringsWhatAProgramElsewhereLeaves(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "profiles")
	u := startCover(t, coverCase{flags: []string{"--watch", folder, "--service", "orders", "--languages", "go,node"}})
	eventually(t, "folders", func() bool { return isFolder(folder+"/go") && isFolder(folder+"/node") })
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
	if left, _ := filepath.Glob(folder + "/go/*"); len(left) != 2 {
		t.Errorf("%v", left)
	}
}

func TestWatcherSaysWhenNothingCame(t *testing.T) {
	u := startCover(t, coverCase{flags: []string{"--watch", t.TempDir(), "--service", "orders", "--budget", "2s"}})
	eventually(t, "a manifest", func() bool { _, _, found := findUnit(t, u.to); return found })
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	u.wantProblems("COVERAGE_NOT_BUILT")
	if !strings.Contains(u.stderr.text(), "orders is said to have ended and left no profile") {
		t.Errorf("%s", u.stderr.text())
	}
}

func TestWatcherThatIsToldFirstWaitsForTheProgram(t *testing.T) {
	folder := t.TempDir()
	_, left := leaveProfiles(t, "exit", "0")
	counters := mustRead(t, left)
	u := startCover(t, coverCase{flags: []string{"--watch", folder}})
	eventually(t, "its folder", func() bool { return isFolder(folder + "/go") })
	leave := func(name string, age time.Duration) {
		path := filepath.Join(folder, "go", name)
		if err := os.WriteFile(path, counters, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	// An earlier start of the program left these.
	leave("covcounters.0123456789abcdef0123456789abcdef.1.1", time.Minute)
	u.signal(syscall.SIGTERM)
	time.Sleep(1500 * time.Millisecond)
	leave("covcounters.0123456789abcdef0123456789abcdef.1.2", 0)
	told := time.Now()
	if took := u.endedAfter(told); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	u.wantCode(0)
	if _, manifest := u.arrived(); manifest.count("go/covcounters.") != 2 {
		t.Errorf("%+v", manifest.Files)
	}
}

func TestWatcherWaitsNoLongerThanTheShareForAProgramThatWasKilled(t *testing.T) {
	u := startCover(t, coverCase{flags: []string{"--watch", t.TempDir(), "--budget", "4s", "--share", "50%"}})
	eventually(t, "a manifest", func() bool { _, _, found := findUnit(t, u.to); return found })
	told := time.Now()
	u.signal(syscall.SIGTERM)
	if took := u.endedAfter(told); took < 1900*time.Millisecond || took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	u.wantCode(0)
}

func TestWatcherThatIsToldTwiceWaitsNoLonger(t *testing.T) {
	u := startCover(t, coverCase{flags: []string{"--watch", t.TempDir(), "--budget", "30s"}})
	eventually(t, "a manifest", func() bool { _, _, found := findUnit(t, u.to); return found })
	u.signal(syscall.SIGTERM)
	time.Sleep(2 * repeatedAfter)
	told := time.Now()
	u.signal(syscall.SIGTERM)
	if took := u.endedAfter(told); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	u.wantCode(0)
}

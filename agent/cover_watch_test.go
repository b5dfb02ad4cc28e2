package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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
	u := startCover(t, coverCase{flags: []string{"--watch", t.TempDir(), "--service", "orders"}})
	eventually(t, "a manifest", func() bool { _, _, found := findUnit(t, u.to); return found })
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	u.wantProblems("COVERAGE_NOT_BUILT")
	if !strings.Contains(u.stderr.text(), "orders is said to have ended and left no profile") {
		t.Errorf("%s", u.stderr.text())
	}
}

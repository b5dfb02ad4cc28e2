package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// endedAfter is how long the wrapper lived on after a moment.
func (u *coverUnderTest) endedAfter(moment time.Time) time.Duration {
	u.wait()
	return time.Since(moment)
}

func TestAppThatEndsOnSigtermLeavesWholeCoverage(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{flags: []string{"--budget", "10s"}, argv: []string{covered(t), "wait", "1s"}})
	u.waitForOutput("ready")
	told := time.Now()
	u.signal(syscall.SIGTERM)
	if took := u.endedAfter(told); took > 5*time.Second {
		t.Errorf("the end took %v", took)
	}
	u.wantCode(0)
	manifest := u.wantProblems("")
	unit, _ := u.arrived()
	if manifest.count("go/covmeta.") != 1 || manifest.count("go/covcounters.") != 1 || manifest.EndedAt == "" {
		t.Errorf("%+v", manifest)
	}
	if lines := textfmt(t, unit); !strings.Contains(lines, "example.com/covered/main.go:") || !strings.Contains(lines, " 1\n") {
		t.Errorf("%s", lines)
	}
	if !strings.Contains(u.stderr.text(), "seatrial cover: sent 2 files") || !u.summary().Complete {
		t.Errorf("%s", u.stderr.text())
	}
	if left, _ := filepath.Glob(u.place + "/*"); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestMetaDataArrivesWhileTheAppRuns(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{argv: []string{covered(t), "wait"}})
	u.waitForOutput("ready")
	eventually(t, "a manifest", func() bool { _, _, found := findUnit(t, u.to); return found })
	_, manifest := u.arrived()
	if manifest.count("go/covmeta.") != 1 || len(manifest.Files) != 1 || manifest.EndedAt != "" || manifest.Exit != nil {
		t.Errorf("%+v", manifest)
	}
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	if u.wantProblems("").count("go/") != 2 {
		t.Errorf("counters are missing")
	}
}

func TestAppThatIgnoresSigtermIsKilledAfterItsShare(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{flags: []string{"--budget", "3s", "--share", "40%"}, argv: []string{covered(t), "ignore"}})
	u.waitForOutput("ready")
	told := time.Now()
	u.signal(syscall.SIGTERM)
	if took := u.endedAfter(told); took < 1100*time.Millisecond || took > 2500*time.Millisecond {
		t.Errorf("the end took %v, not 1.2 s", took)
	}
	u.wantCode(137)
	manifest := u.wantProblems("COVERAGE_NOT_FLUSHED")
	if manifest.count("go/covmeta.") != 1 || *manifest.Exit.Signal != "KILL" {
		t.Errorf("%+v", manifest)
	}
	if !regexp.MustCompile(`was killed (1\.[2-9]|2\.[0-5])s after it was told to end`).MatchString(u.stderr.text()) {
		t.Errorf("%s", u.stderr.text())
	}
}

func TestSecondSigtermShortensTheEnd(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{flags: []string{"--budget", "60s"}, argv: []string{covered(t), "ignore"}})
	u.waitForOutput("ready")
	u.signal(syscall.SIGTERM)
	time.Sleep(2 * repeatedAfter)
	second := time.Now()
	u.signal(syscall.SIGTERM)
	if took := u.endedAfter(second); took > secondRequest {
		t.Errorf("the end took %v", took)
	}
	u.wantCode(137)
	u.wantProblems("COVERAGE_NOT_FLUSHED")
}

func TestSigtermThatComesTwiceAtOnceIsOneRequest(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{argv: []string{covered(t), "wait", "1500ms"}})
	u.waitForOutput("ready")
	u.signal(syscall.SIGTERM)
	time.Sleep(20 * time.Millisecond)
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	u.wantProblems("")
}

func TestAppThatDoesNotHandleItsEndIsSaidToHaveLeftNoCounters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		argument string
		sig      syscall.Signal
		code     int
		says     string
	}{
		"killed":   {"helpless", syscall.SIGKILL, 137, "was ended by SIGKILL"},
		"helpless": {"helpless", syscall.SIGTERM, 143, "was ended by SIGTERM"},
		"panic":    {"panic", 0, 2, "ended with code 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := startCover(t, coverCase{argv: []string{covered(t), c.argument}})
			if c.sig != 0 {
				u.waitForOutput("ready")
				_ = syscall.Kill(childOf(t, u.cmd.Process.Pid), c.sig)
			}
			u.wantCode(c.code)
			manifest := u.wantProblems("COVERAGE_NOT_FLUSHED")
			if manifest.count("go/covmeta.") != 1 || !strings.Contains(manifest.Problems[0].Message, c.says) {
				t.Errorf("%+v", manifest)
			}
		})
	}
}

func childOf(t *testing.T, pid int) int {
	t.Helper()
	all := childrenOf(pid)
	if len(all) != 1 {
		t.Fatalf("%d has the children %q", pid, all)
	}
	child, err := strconv.Atoi(strings.Fields(all[0])[0])
	if err != nil {
		t.Fatal(err)
	}
	return child
}

func TestAppWithoutCoverageIsSaidToHaveNone(t *testing.T) {
	u := runCover(t, coverCase{argv: []string{uncovered(t), "exit", "3"}})
	u.wantCode(3)
	u.wantProblems("COVERAGE_NOT_BUILT")
	if !strings.Contains(u.stderr.text(), "uncovered ended with code 3 and left no profile: it is not built with coverage (go)") {
		t.Errorf("%s", u.stderr.text())
	}
}

func TestProcessesThatTheAppLeavesBehindBringTheirProfilesToo(t *testing.T) {
	t.Parallel()
	u := runCover(t, coverCase{argv: []string{covered(t), "fork", "3"}, attributes: newPidNamespace()})
	u.wantCode(0)
	// The app, three that ended before it, and three that outlived it.
	if manifest := u.wantProblems(""); manifest.count("go/covcounters.") != 7 || manifest.count("go/covmeta.") != 1 {
		t.Errorf("%+v", manifest.Files)
	}
}

func TestOrphansAreReaped(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{
		argv:       []string{"sh", "-c", "for i in 1 2 3 4 5; do (sleep 0.1 & ); done; sleep 0.3; echo ready; sleep 60"},
		attributes: newPidNamespace(),
	})
	u.waitForOutput("ready")
	first := u.cmd.Process.Pid
	// Only the shell and what it sleeps with are left, which its orphans were not.
	eventually(t, "the end of orphans", func() bool { return len(childrenOf(first)) == 1 })
	time.Sleep(200 * time.Millisecond)
	if left := childrenOf(first); len(left) != 1 {
		t.Errorf("children: %q", left)
	}
	u.signal(syscall.SIGTERM)
	u.wantCode(143)
}

func TestStragglersThatIgnoreTheirEndDoNotHoldTheWrapperUp(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{
		argv:       []string{"sh", "-c", `trap "" TERM; sleep 60 >/dev/null 2>&1 & exit 0`},
		attributes: newPidNamespace(),
	})
	u.wantCode(0)
	if u.took > stragglerGrace+2*time.Second {
		t.Errorf("it took %v", u.took)
	}
}

func TestSnapshotsAreSentWhileTheAppRuns(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{flags: []string{"--flush", "200ms"}, argv: []string{covered(t), "snapshots"}})
	u.waitForOutput("ready")
	eventually(t, "counters", func() bool {
		_, manifest, found := findUnit(t, u.to)
		return found && manifest.count("go/covcounters.") > 1 && manifest.EndedAt == ""
	})
	time.Sleep(1500 * time.Millisecond)
	_ = syscall.Kill(childOf(t, u.cmd.Process.Pid), syscall.SIGSTOP)
	time.Sleep(1500 * time.Millisecond)
	_ = syscall.Kill(childOf(t, u.cmd.Process.Pid), syscall.SIGKILL)
	u.wantCode(137)
	manifest := u.wantProblems("COVERAGE_NOT_FLUSHED")
	if !regexp.MustCompile(`its counters are those of [12]s before`).MatchString(manifest.Problems[0].Message) {
		t.Errorf("%+v", manifest.Problems)
	}
}

func TestVolumeThatHangsDoesNotHoldTheEndUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	for name, looks := range map[string]int{"from the end on": 0, "while profiles are sent": 1, "once they are sent": 4} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := t.TempDir()
			folder := filepath.Join(place, "profiles")
			must(t, os.MkdirAll(filepath.Join(folder, "go"), 0o755))
			var looked atomic.Int32
			w := &wrapper{
				settings: coverSettings{to: t.TempDir(), languages: []string{"go"}, budget: 2 * time.Second, share: 0.5, summary: filepath.Join(place, "summary.json")},
				redact:   newRedactor(nil), life: newLifetime(), folder: folder,
				find: func() []profileFile {
					if int(looked.Add(1)) > looks {
						<-release
					}
					return nil
				},
			}
			began := time.Now()
			// Its own looks are as slow.
			c := w.startCourier(w.newUnit(newBoot(began), began), false)
			summary := w.deliver(c, nil)
			w.conclude(summary)
			if took := time.Since(began); took > w.settings.budget+lastMoment {
				t.Errorf("the end took %v", took)
			}
			if line := summary.line(); summary.Complete || !strings.Contains(line, "its volume does not answer") || summary.Folder != folder {
				t.Errorf("%s", line)
			}
			if written := string(mustRead(t, w.settings.summary)); !strings.Contains(written, "does not answer") || !isFolder(folder) {
				t.Errorf("%s", written)
			}
		})
	}
}

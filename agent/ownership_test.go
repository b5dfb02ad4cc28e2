package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestConnectionsEndKillsEverythingTheAgentStarted(t *testing.T) {
	a := startAgent(t)
	p := startRunning(t, a.client, sh(`trap '' TERM INT HUP; sleep 60 & echo $!; wait`))
	child, _ := strconv.Atoi(strings.TrimSpace(p.waitForLine("\n")))
	start := time.Now()
	a.hangUp()
	if code := a.waitForExit(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	eventually(t, "the process and its child are gone", func() bool { return !isAlive(p.pid) && !isAlive(child) })
	if took := time.Since(start); took > 2*time.Second {
		t.Fatalf("it took %v", took)
	}
}

func TestOwnerThatVanishesWithinOutputIsNoticed(t *testing.T) {
	a := startAgent(t)
	p := startRunning(t, a.client, processSpec{Argv: []string{"cat", "/dev/zero"}})
	p.next()
	a.hangUp()
	a.waitForExit()
	eventually(t, "the process is gone", func() bool { return !isAlive(p.pid) })
}

func TestOwnerThatVanishesIsNoticedThoughOutputIsStuck(t *testing.T) {
	a := startAgent(t)
	p := startRunning(t, a.client, processSpec{Argv: []string{"cat", "/dev/zero"}})
	// Nobody reads the output any more, and then stdin ends: what an engine does when its client is gone.
	time.Sleep(200 * time.Millisecond)
	must(t, a.conn.(*stdioConn).out.Close())
	a.waitForExit()
	eventually(t, "the process is gone", func() bool { return !isAlive(p.pid) })
}

func TestOwnerThatFallsSilentIsNoticed(t *testing.T) {
	conn := serveOnPipe(t, liveness{silence: 100 * time.Millisecond, answer: 200 * time.Millisecond})
	start := time.Now()
	// The preface and empty settings of HTTP/2, and never a word again.
	if _, err := conn.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 300*time.Millisecond || took > patience {
		t.Fatalf("it took %v", took)
	}
}

func TestFirstProcessEndsDetachedDaemonsToo(t *testing.T) {
	a := startFirstProcess(t)
	marker := fmt.Sprintf("%d.%d", 600+os.Getpid(), time.Now().UnixNano()%1e6)
	run(t, a.client, processSpec{Argv: []string{"setsid", "sh", "-c", "sleep " + marker + " >/dev/null 2>&1 </dev/null &"}})
	eventually(t, "the daemon runs", func() bool { return len(pidsOf("sleep", marker)) == 1 })
	a.hangUp()
	a.waitForExit()
	eventually(t, "the daemon is gone", func() bool { return len(pidsOf("sleep", marker)) == 0 })
}

func TestFirstProcessReapsOrphansAndLosesNoExit(t *testing.T) {
	t.Parallel()
	a := startFirstProcess(t)
	orphan := run(t, a.client, sh(`i=0; while [ $i -lt 50 ]; do (sleep 0.0$((i % 10)) &); i=$((i+1)); done; exit 9`))
	if orphan.code() != 9 {
		t.Fatalf("%+v", orphan.exit)
	}
	for i := range 50 {
		if done := run(t, a.client, sh(fmt.Sprintf("(true &) ; exit %d", i))); done.code() != i {
			t.Fatalf("%+v", done.exit)
		}
	}
	eventually(t, "nothing is left to reap", func() bool { return len(childrenOf(a.cmd.Process.Pid)) == 0 })
}

func TestTermEndsTheProcessesThenTheAgent(t *testing.T) {
	a := startAgent(t)
	p := startRunning(t, a.client, sh(`trap 'echo ending; exit 0' TERM; echo ready; while :; do sleep 0.01; done`))
	p.waitForLine("ready")
	must(t, a.cmd.Process.Signal(syscall.SIGTERM))
	if done := p.finish(); done.stdout != "ending\n" || done.code() != 0 {
		t.Fatalf("%+v", done)
	}
	if code := a.waitForExit(); code != 143 {
		t.Fatalf("exit code %d", code)
	}
}

func TestTermKillsWhatIgnoresIt(t *testing.T) {
	t.Parallel()
	a := startFirstProcess(t)
	p := startRunning(t, a.client, sh(`trap '' TERM; echo ready; while :; do sleep 0.05; done`))
	p.waitForLine("ready")
	start := time.Now()
	must(t, a.cmd.Process.Signal(syscall.SIGINT))
	if done := p.finish(); done.signal() != "KILL" {
		t.Fatalf("%+v", done)
	}
	if code := a.waitForExit(); code != 130 || time.Since(start) < endGrace {
		t.Fatalf("exit code %d after %v", code, time.Since(start))
	}
}

func TestSecondSignalEndsTheAgentAtOnce(t *testing.T) {
	a := startAgent(t)
	p := startRunning(t, a.client, sh(`trap '' TERM; echo ready; while :; do sleep 0.05; done`))
	p.waitForLine("ready")
	must(t, a.cmd.Process.Signal(syscall.SIGTERM))
	time.Sleep(100 * time.Millisecond)
	start := time.Now()
	must(t, a.cmd.Process.Signal(syscall.SIGTERM))
	a.waitForExit()
	if took := time.Since(start); took > 2*time.Second {
		t.Fatalf("it took %v", took)
	}
	eventually(t, "the process is gone", func() bool { return !isAlive(p.pid) })
}

func TestOwnerThatSpeaksSomethingElseEndsTheAgent(t *testing.T) {
	a := startAgent(t)
	if _, err := a.conn.Write([]byte("GET / HTTP/1.1\r\nHost: agent\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if code := a.waitForExit(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
}

func TestProcessIsTheKernelsFirstChoiceForMemory(t *testing.T) {
	p := startRunning(t, startAgent(t).client, processSpec{Argv: []string{"sleep", "60"}})
	score := strings.TrimSpace(string(mustRead(t, fmt.Sprintf("/proc/%d/oom_score_adj", p.pid))))
	if score != "500" {
		t.Fatalf("its score is %s", score)
	}
}

// childrenOf lists the children of a process, zombies included.
func childrenOf(pid int) []string {
	var found []string
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, _ := os.ReadFile(path)
		_, rest, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			found = append(found, string(stat))
		}
	}
	return found
}

func pidsOf(argv ...string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range files {
		if content, _ := os.ReadFile(path); string(content) == strings.Join(argv, "\x00")+"\x00" {
			found = append(found, path)
		}
	}
	return found
}

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestProcessReportsOutputAndExitCode(t *testing.T) {
	done := run(t, startAgent(t).client, sh("echo out; echo err >&2; exit 3"))
	if done.stdout != "out\n" || done.stderr != "err\n" || done.code() != 3 || done.exit.Signal != nil {
		t.Fatalf("%+v", done)
	}
	if done.exit.MaxMemoryBytes == 0 || done.exit.OutOfMemory {
		t.Fatalf("%+v", done.exit)
	}
}

func TestProcessThatASignalEndsHasNoCode(t *testing.T) {
	done := run(t, startAgent(t).client, sh("kill -9 $$"))
	if done.exit.Code != nil || done.signal() != "KILL" {
		t.Fatalf("%+v", done.exit)
	}
}

func TestStdinIsEmptyUnlessAskedFor(t *testing.T) {
	done := run(t, startAgent(t).client, processSpec{Argv: []string{"cat"}})
	if done.stdout != "" || done.code() != 0 {
		t.Fatalf("%+v", done)
	}
}

func TestStdinReachesTheProcessUntilItsEnd(t *testing.T) {
	p := startRunning(t, startAgent(t).client, processSpec{Argv: []string{"cat"}, Stdin: true})
	p.send(frameStdin, []byte("hello "))
	p.send(frameStdin, []byte("there"))
	p.send(frameStdinEnd, []byte{})
	if done := p.finish(); done.stdout != "hello there" {
		t.Fatalf("%+v", done)
	}
}

func TestEndOfTheOwnersSideIsTheEndOfStdin(t *testing.T) {
	p := startRunning(t, startAgent(t).client, processSpec{Argv: []string{"wc", "-c"}, Stdin: true})
	p.send(frameStdin, bytes.Repeat([]byte("x"), maxPayload))
	p.endWrite()
	if done := p.finish(); strings.TrimSpace(done.stdout) != strconv.Itoa(maxPayload) {
		t.Fatalf("%+v", done)
	}
}

func TestSignalReachesTheWholeGroup(t *testing.T) {
	p := startRunning(t, startAgent(t).client, sh(`trap 'echo caught; exit 7' USR1; sleep 60 & echo $!; wait`))
	child, err := strconv.Atoi(strings.TrimSpace(p.waitForLine("\n")))
	if err != nil {
		t.Fatal(err)
	}
	// Before, the child is still a shell with a trap of its own.
	eventually(t, "the child runs", func() bool { return runs(child, "sleep", "60") })
	p.send(frameSignal, signalRequest{"SIGUSR1"})
	if done := p.finish(); done.stdout != "caught\n" || done.code() != 7 {
		t.Fatalf("%+v", done)
	}
	eventually(t, "the signal reached the child of the process", func() bool { return !isAlive(child) })
}

func TestSignalOvertakesStdinThatIsNotRead(t *testing.T) {
	p := startRunning(t, startAgent(t).client, processSpec{Argv: []string{"sleep", "60"}, Stdin: true})
	p.send(frameStdin, bytes.Repeat([]byte("x"), maxPayload))
	p.send(frameSignal, signalRequest{"TERM"})
	if done := p.finish(); done.signal() != "TERM" {
		t.Fatalf("%+v", done)
	}
}

func TestProcessThatIgnoresTermIsStillKilled(t *testing.T) {
	p := startRunning(t, startAgent(t).client, sh(`trap '' TERM; echo ready; while :; do sleep 1; done`))
	p.waitForLine("ready")
	p.send(frameSignal, signalRequest{"TERM"})
	time.Sleep(50 * time.Millisecond)
	if !isAlive(p.pid) {
		t.Fatal("TERM ended what ignores it")
	}
	p.send(frameSignal, signalRequest{"KILL"})
	if done := p.finish(); done.signal() != "KILL" {
		t.Fatalf("%+v", done)
	}
}

func TestResetOfTheStreamKillsTheGroup(t *testing.T) {
	a := startAgent(t)
	p := startRunning(t, a.client, sh(`trap '' TERM; sleep 60 & echo $!; wait`))
	child, _ := strconv.Atoi(strings.TrimSpace(p.waitForLine("\n")))
	p.reset()
	eventually(t, "the process and its child are gone", func() bool { return !isAlive(p.pid) && !isAlive(child) })
	if status, _ := call(t, a.client, "GET", "/v1/hello", nil, nil); status != 200 {
		t.Fatal("the agent does not go on")
	}
}

func TestDescendantThatHoldsTheOutputDoesNotHoldTheExit(t *testing.T) {
	start := time.Now()
	p := startRunning(t, startAgent(t).client, sh(`sleep 60 & echo $!; exit 4`))
	done := p.finish()
	if took := time.Since(start); done.code() != 4 || took > 5*time.Second {
		t.Fatalf("%+v after %v", done, took)
	}
	child, _ := strconv.Atoi(strings.TrimSpace(done.stdout))
	eventually(t, "the descendant is gone", func() bool { return !isAlive(child) })
}

func TestDescendantThatNeverFallsSilentDoesNotHoldTheExit(t *testing.T) {
	t.Parallel()
	start := time.Now()
	done := run(t, startAgent(t).client, sh(`setsid sh -c 'while :; do echo noise; sleep 0.01; done' & exit 5`))
	if took := time.Since(start); done.code() != 5 || took < lingerLimit || took > 10*time.Second {
		t.Fatalf("code %d after %v", done.code(), took)
	}
}

func TestLastWordsOfADescendantAreHeard(t *testing.T) {
	done := run(t, startAgent(t).client, sh(`(sleep 0.1; echo late) & echo early`))
	if done.stdout != "early\nlate\n" {
		t.Fatalf("%+v", done)
	}
}

func TestProcessThatClosesItsOutputIsAwaited(t *testing.T) {
	done := run(t, startAgent(t).client, sh(`exec >&- 2>&-; sleep 0.2; exit 6`))
	if done.code() != 6 || done.exit.Duration < 200 {
		t.Fatalf("%+v", done.exit)
	}
}

func TestEnvironmentIsLaidOverTheAgents(t *testing.T) {
	t.Setenv("SEATRIAL_TEST_KEPT", "kept")
	t.Setenv("SEATRIAL_TEST_CHANGED", "old")
	spec := sh(`echo "$SEATRIAL_TEST_KEPT $SEATRIAL_TEST_CHANGED $HOME"`)
	spec.Env = map[string]string{"SEATRIAL_TEST_CHANGED": "grüße = 世界", "HOME": "/elsewhere"}
	if done := run(t, startAgent(t).client, spec); done.stdout != "kept grüße = 世界 /elsewhere\n" {
		t.Fatalf("%+v", done)
	}
}

func TestOutputOfASlowOwnerIsNeitherLostNorPiledUp(t *testing.T) {
	const total = 100 << 20
	a := startAgent(t)
	p := startRunning(t, a.client, sh(fmt.Sprintf(`head -c %d /dev/zero | tr '\0' x; echo; echo end`, total)))
	// The owner looks away for a while: the process must wait.
	time.Sleep(300 * time.Millisecond)
	var received int
	var tail []byte
	var peak int64
	for {
		next := p.next()
		if next.kind == frameExit {
			break
		}
		received += len(next.payload)
		tail = append(tail, next.payload...)
		tail = tail[max(0, len(tail)-16):]
		if received%(4<<20) < len(next.payload) {
			peak = max(peak, residentBytes(t, a.cmd.Process.Pid))
		}
	}
	if received != total+len("\nend\n") || !bytes.HasSuffix(tail, []byte("x\nend\n")) {
		t.Fatalf("%d bytes, ending in %q", received, tail)
	}
	if limit := int64(64 << 20); peak > limit && !raceEnabled {
		t.Fatalf("the agent took %d MiB", peak>>20)
	}
	t.Logf("the agent took %d MiB", peak>>20)
}

func TestSlowOwnerOfAnEndedProcessGetsAllOfIt(t *testing.T) {
	t.Parallel()
	p := startRunning(t, startAgent(t).client, sh(`head -c 60000 /dev/zero; sleep 60 & exit 0`))
	time.Sleep(lingerLimit + 500*time.Millisecond)
	if done := p.finish(); len(done.stdout) != 60000 {
		t.Fatalf("%d bytes", len(done.stdout))
	}
}

func TestSeveralProcessesRunAtATime(t *testing.T) {
	a := startAgent(t)
	folder := t.TempDir()
	var running []*runningProcess
	for i := range 20 {
		mine, next := filepath.Join(folder, strconv.Itoa(i)), filepath.Join(folder, strconv.Itoa((i+1)%20))
		running = append(running, startRunning(t, a.client, sh(fmt.Sprintf("touch %s; until [ -e %s ]; do sleep 0.01; done; echo %d", mine, next, i))))
	}
	for i, p := range running {
		if done := p.finish(); done.stdout != fmt.Sprintf("%d\n", i) {
			t.Fatalf("%+v", done)
		}
	}
}

func TestBrokenFrameEndsTheProcessWithAReason(t *testing.T) {
	p := startRunning(t, startAgent(t).client, processSpec{Argv: []string{"sleep", "60"}})
	p.out.sequence = 41
	p.send(frameSignal, signalRequest{"TERM"})
	next := p.next()
	if next.kind != frameFailed || !strings.Contains(string(next.payload), "AGENT_PROTOCOL") || !strings.Contains(string(next.payload), "42") {
		t.Fatalf("%d %s", next.kind, next.payload)
	}
	if _, err := p.frames.next(); err != io.EOF {
		t.Fatalf("something follows: %v", err)
	}
	eventually(t, "the process is gone", func() bool { return !isAlive(p.pid) })
}

func TestUnknownSignalEndsTheProcessWithAReason(t *testing.T) {
	p := startRunning(t, startAgent(t).client, processSpec{Argv: []string{"sleep", "60"}})
	p.send(frameSignal, signalRequest{"HALT"})
	if next := p.next(); next.kind != frameFailed || !strings.Contains(string(next.payload), "HALT") {
		t.Fatalf("%d %s", next.kind, next.payload)
	}
}

// runs reports whether the process has become this program.
func runs(pid int, argv ...string) bool {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return string(content) == strings.Join(argv, "\x00")+"\x00"
}

func residentBytes(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

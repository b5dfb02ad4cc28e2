package main

import (
	"strings"
	"syscall"
	"testing"
)

// onTerminal runs the wrapper at a terminal, below a shell that runs a script.
func onTerminal(t *testing.T, shell string, argv ...string) *runningProcess {
	t.Helper()
	command := append([]string{realAgent(t), "cover", "--to", t.TempDir(), "--"}, argv...)
	if shell != "" {
		command = append([]string{"sh", "-c", shell, "sh"}, command...)
	}
	spec := processSpec{Argv: command, Terminal: &terminalSize{Columns: 80, Rows: 24}}
	return startRunning(t, startAgent(t).client, spec)
}

// shells are ways to be started at a terminal: as its session's leader, below a shell that has no jobs, and as a shell's job.
var shells = map[string]string{"leader": "", "below a shell": `trap : INT QUIT; "$@"; echo "code $?"`, "job": `set -m; "$@"; echo "code $?"`}

func TestTerminalsSignalsReachTheAppOnce(t *testing.T) {
	for name, shell := range shells {
		t.Run(name, func(t *testing.T) {
			p := onTerminal(t, shell, covered(t), "signals")
			seen := p.waitForLine("ready")
			for key, line := range map[string]string{"\x03": "caught 2", "\x1c": "caught 3"} {
				p.send(frameStdin, []byte(key))
				seen += p.waitForLine(line)
			}
			p.send(frameResize, terminalSize{Columns: 132, Rows: 50})
			seen += p.waitForLine("caught 28")
			p.send(frameStdin, []byte("\x03"))
			seen += p.waitForLine("caught 2")
			_ = syscall.Kill(-frontGroup(t, p.pid), syscall.SIGTERM)
			done := p.finish()
			seen += done.stdout
			if strings.Count(seen, "caught 2\r") != 2 || strings.Count(seen, "caught 3\r") != 1 || strings.Count(seen, "caught 28\r") != 1 {
				t.Errorf("%q", seen)
			}
			if !strings.Contains(seen, "seatrial cover: sent 2 files") {
				t.Errorf("%q", seen)
			}
		})
	}
}

// frontGroup is the process group in the foreground of a process's terminal.
func frontGroup(t *testing.T, pid int) int {
	t.Helper()
	_, rest, _ := strings.Cut(string(mustRead(t, "/proc/"+formatID(uint32(pid))+"/stat")), ") ")
	group, err := parseID(strings.Fields(rest)[5])
	if err != nil {
		t.Fatal(err)
	}
	return int(group)
}

func TestAppReadsFromTheTerminal(t *testing.T) {
	for name, shell := range shells {
		t.Run(name, func(t *testing.T) {
			p := onTerminal(t, shell, "sh", "-c", `read a; echo "got $a"; read b </dev/tty; echo "then $b"`)
			p.send(frameStdin, []byte("one\r"))
			p.waitForLine("got one")
			p.send(frameStdin, []byte("two\r"))
			p.waitForLine("then two")
			p.finish()
		})
	}
}

func TestStopAtATerminalIsForBothUntilTheShellGoesOn(t *testing.T) {
	t.Parallel()
	p := onTerminal(t, `set -m; "$@"; echo "stopped $?"; fg >/dev/null; echo "code $?"`, "sh", "-c", "echo ready; sleep 1; echo over")
	p.waitForLine("ready")
	p.send(frameStdin, []byte("\x1a"))
	p.waitForLine("stopped 148")
	if seen := p.waitForLine("code 0"); !strings.Contains(seen, "over") {
		t.Errorf("%q", seen)
	}
	p.finish()
}

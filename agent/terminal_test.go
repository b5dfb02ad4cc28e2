package main

import (
	"strings"
	"testing"
)

func TestTerminalHasItsSizeAndIsOne(t *testing.T) {
	spec := sh(`test -t 0 && test -t 1 && test -t 2 && stty size && echo $TERM && echo err >&2 && echo > /dev/tty`)
	spec.Terminal = &terminalSize{Columns: 120, Rows: 40}
	spec.Env = map[string]string{"TERM": "vt100"}
	done := run(t, startAgent(t).client, spec)
	if done.stdout != "40 120\r\nvt100\r\nerr\r\n\r\n" || done.stderr != "" || done.code() != 0 {
		t.Fatalf("%+v", done)
	}
}

func TestTerminalIsResized(t *testing.T) {
	spec := sh(`trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done`)
	spec.Terminal = &terminalSize{Columns: 80, Rows: 24}
	p := startRunning(t, startAgent(t).client, spec)
	p.waitForLine("ready")
	p.send(frameResize, terminalSize{Columns: 132, Rows: 50})
	if done := p.finish(); !strings.Contains(done.stdout, "50 132") {
		t.Fatalf("%+v", done)
	}
}

func TestTerminalTakesInputAndInterrupts(t *testing.T) {
	spec := sh(`read line; echo "got $line"; exec sleep 60`)
	spec.Terminal = &terminalSize{Columns: 80, Rows: 24}
	p := startRunning(t, startAgent(t).client, spec)
	p.send(frameStdin, []byte("hello\r"))
	p.waitForLine("got hello")
	eventually(t, "the shell has made room", func() bool { return runs(p.pid, "sleep", "60") })
	p.send(frameStdin, []byte("\x03"))
	if done := p.finish(); done.signal() != "INT" {
		t.Fatalf("%+v", done)
	}
}

func TestEndOfInputOnATerminalIsTyped(t *testing.T) {
	p := startRunning(t, startAgent(t).client, processSpec{Argv: []string{"cat"}, Terminal: &terminalSize{80, 24}})
	p.send(frameStdinEnd, []byte{})
	if done := p.finish(); done.code() != 0 {
		t.Fatalf("%+v", done)
	}
}

func TestTerminalOutputIsCompleteAtTheExit(t *testing.T) {
	spec := sh(`i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done`)
	spec.Terminal = &terminalSize{Columns: 80, Rows: 24}
	done := run(t, startAgent(t).client, spec)
	if lines := strings.Count(done.stdout, "\n"); lines != 20000 || !strings.HasSuffix(done.stdout, "line 19999\r\n") {
		t.Fatalf("%d lines", lines)
	}
}

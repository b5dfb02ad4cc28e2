package main

import (
	"context"
	"testing"
	"time"
)

func shell(script string) probeSpec {
	return probeSpec{Kind: "command", Argv: []string{"/bin/sh", "-c", script}, Timeout: 5_000}
}

func TestACommandIsReadyWhenItEndsWithZero(t *testing.T) {
	for script, saw := range map[string]string{
		"true": "exit code 0", "echo first; echo accepting connections; echo": "exit code 0: accepting connections",
	} {
		if answer := probe(context.Background(), shell(script)); !answer.Ready || answer.Saw != saw {
			t.Errorf("%s: %+v", script, answer)
		}
	}
}

func TestACommandThatFailsSaysItsLastLine(t *testing.T) {
	for _, c := range []struct{ script, words string }{
		{"exit 3", "exit code 3"},
		{"echo one; echo two >&2; exit 1", "exit code 1: two"},
		{"kill -9 $$", "signal KILL"},
	} {
		expectRefused(t, probeSpec{}, probe(context.Background(), shell(c.script)), c.words)
	}
}

func TestACommandGetsItsEnvironment(t *testing.T) {
	spec := shell(`test "$COLOUR" = green`)
	spec.Env = map[string]string{"COLOUR": "green"}
	if answer := probe(context.Background(), spec); !answer.Ready {
		t.Errorf("%+v", answer)
	}
}

func TestACommandThatHangsIsEndedAtItsTimeout(t *testing.T) {
	spec := shell("echo waiting for it; sleep 60")
	spec.Timeout = 200
	begin := time.Now()
	expectRefused(t, spec, probe(context.Background(), spec), "not done after 200ms: waiting for it")
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestACommandThatIsNotThereIsNotReady(t *testing.T) {
	spec := probeSpec{Kind: "command", Argv: []string{"/no/such/program"}}
	expectRefused(t, spec, probe(context.Background(), spec), "/no/such/program")
}

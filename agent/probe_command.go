package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// probeCommand runs a command in the container: exit code 0 is ready.
func probeCommand(ctx context.Context, spec probeSpec) (probeAnswer, error) {
	exit, output, err := runCommand(ctx, processSpec{
		Argv: spec.Argv, Env: spec.Env, WorkingDir: spec.WorkingDir, User: spec.User,
	})
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return probeAnswer{}, fmt.Errorf("not done after %s%s", spec.attempt(), lastWords(output))
	case err != nil:
		return probeAnswer{}, errors.New(oneLine(err.Error()))
	case exit.Code == nil:
		return probeAnswer{}, fmt.Errorf("ended by signal %s%s", *exit.Signal, lastWords(output))
	case *exit.Code != 0:
		return probeAnswer{}, fmt.Errorf("exit code %d%s", *exit.Code, lastWords(output))
	}
	return probeAnswer{Saw: "exit code 0" + lastWords(output)}, nil
}

// lastWords is the last line that says something, after a colon.
func lastWords(output string) string {
	output = strings.TrimSpace(output)
	line := oneLine(output[strings.LastIndexByte(output, '\n')+1:])
	if line == "" {
		return ""
	}
	return ": " + line
}

package main

import "context"

// tailLength is how much of a command's output runCommand keeps.
const tailLength = 4 << 10

// runCommand runs a command to its end and returns how it ended and the last 4 KiB of what it wrote (stdout and
// stderr in their order). When ctx ends first the command's whole process group is killed and ctx's error is returned
// with the output so far. The error is otherwise about a command that could not be started.
func runCommand(ctx context.Context, spec processSpec) (processExit, string, error) {
	spec.MergeOutput = true
	p, err := startProcess(spec)
	if err != nil {
		return processExit{}, "", err
	}
	defer p.close()
	defer context.AfterFunc(ctx, p.close)()
	var tail []byte
	_ = p.copyOutput(func(_ frameKind, buffer []byte) error {
		tail = append(tail, buffer[frameHeaderLength:]...)
		tail = tail[max(0, len(tail)-tailLength):]
		return nil
	})
	<-p.exited
	return p.exit(), string(tail), ctx.Err()
}

package main

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
)

// capabilityNumbers are those that the agent can be lent: it needs them for its own work, and passes them on to nobody.
var capabilityNumbers = map[string]uintptr{
	"CHOWN": 0, "DAC_OVERRIDE": 1, "FOWNER": 3, "KILL": 5, "SETGID": 6, "SETUID": 7, "SETPCAP": 8,
}

const prCapBSetDrop = 24

// parseLent reads `--lent=CHOWN,SETUID`.
func parseLent(argument string) ([]uintptr, error) {
	names, found := strings.CutPrefix(argument, "--lent=")
	if !found {
		return nil, fmt.Errorf("unknown argument %q", argument)
	}
	var lent []uintptr
	for _, name := range strings.Split(names, ",") {
		number, known := capabilityNumbers[name]
		if !known {
			return nil, fmt.Errorf("capability %q cannot be lent", name)
		}
		lent = append(lent, number)
	}
	return lent, nil
}

// forkExecWithout starts a process that has none of these capabilities and cannot come by them, whoever it runs as.
func forkExecWithout(lent []uintptr, path string, argv []string, attributes *syscall.ProcAttr) (pid int, err error) {
	if len(lent) == 0 {
		return syscall.ForkExec(path, argv, attributes)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Bounds belong to a thread, and processes inherit them from the one that starts them. It is never unlocked, so that it ends here:
		// the agent's other threads keep theirs.
		runtime.LockOSThread()
		for _, capability := range lent {
			if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prCapBSetDrop, capability, 0); errno != 0 {
				err = fmt.Errorf("cannot give up capability %d: %w", capability, errno)
				return
			}
		}
		pid, err = syscall.ForkExec(path, argv, attributes)
	}()
	<-done
	return pid, err
}

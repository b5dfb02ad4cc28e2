package main

import (
	"os"
	"os/signal"
	"syscall"
	"unsafe"
)

// catchSignals takes every signal that can be passed on, so that none ends the wrapper. Not taken are CHLD, URG and PIPE,
// which the Go runtime sends or causes itself, and what was ignored from the start, as under nohup: the program inherits that.
// At a terminal its stop signals stop wrapper and program together.
func catchSignals(term *sharedTerminal) <-chan os.Signal {
	caught := make(chan os.Signal, 128)
	var wanted []os.Signal
	for sig := syscall.Signal(1); sig <= lastSignal; sig++ {
		switch sig {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCHLD, syscall.SIGURG, syscall.SIGPIPE, 32, 33:
			continue
		case syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
			if term.shared() {
				continue
			}
		}
		if !signal.Ignored(sig) {
			wanted = append(wanted, sig)
		}
	}
	signal.Notify(caught, wanted...)
	// A write to a pipe or connection that is gone is an error for its writer, not the end of the wrapper.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return caught
}

// dieBySignal ends the wrapper as the program ended, for whoever waits for it. It returns where the kernel does not allow that:
// the first process of a container cannot die by its own signal.
func dieBySignal(sig syscall.Signal) {
	if os.Getpid() == 1 {
		return
	}
	// The program wrote its core, if any.
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	// The runtime's own handling of some signals would end with another status; all zeros are the kernel's default.
	var kernelDefault [64]byte
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&kernelDefault)), 0, 8, 0, 0)
	_ = syscall.Kill(os.Getpid(), sig)
	// Should it not come at once.
	for range 100 {
		syscall.Select(0, nil, nil, nil, &syscall.Timeval{Usec: 1000})
	}
}

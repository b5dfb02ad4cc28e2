package main

import (
	"os"
	"syscall"
	"unsafe"
)

// sharedTerminal is the terminal that stdin is, when the wrapper's process group is in its foreground.
type sharedTerminal struct {
	// present says that there is one.
	present bool
	// leads says that the wrapper leads the terminal's session, as in a container: there is no shell that minds its groups.
	leads bool
}

func findTerminal() *sharedTerminal {
	var front int32
	present := ioctl(0, syscall.TIOCGPGRP, unsafe.Pointer(&front)) == nil && int(front) == syscall.Getpgrp()
	session, _, _ := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0)
	return &sharedTerminal{present: present, leads: int(session) == os.Getpid()}
}

// shared reports whether wrapper and program stay in one process group, as a shell expects of a command. The terminal's own
// signals then reach both of them from the kernel.
func (t *sharedTerminal) shared() bool { return t.present && !t.leads }

// reaches reports whether the program hears of a signal without the wrapper.
func (t *sharedTerminal) reaches(sig syscall.Signal) bool {
	return t.shared() && (sig == syscall.SIGINT || sig == syscall.SIGQUIT || sig == syscall.SIGWINCH)
}

// handOver puts the program's group in the foreground where the wrapper's was.
func (t *sharedTerminal) handOver(group int) {
	if !t.present || !t.leads {
		return
	}
	front := int32(group)
	_ = ioctl(0, syscall.TIOCSPGRP, unsafe.Pointer(&front))
	// It may have been stopped for reading too early.
	_ = syscall.Kill(-group, syscall.SIGCONT)
}

package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const (
	// stragglerGrace is how long processes that the program left behind may take to end after it.
	stragglerGrace = 2 * time.Second
	exitNotFound   = 127
	exitNotStarted = 126
)

// coveredApp is the program that the wrapper stands in front of.
type coveredApp struct {
	*child
	terminal *sharedTerminal
	// killed is when the wrapper had to kill it.
	killed time.Time
}

// startApp starts the program where the wrapper stands: its directory, its stdin, stdout and stderr, its user.
// When it cannot be started, the code is what shells exit with then.
func startApp(argv, env []string, term *sharedTerminal) (app *coveredApp, code int, err error) {
	path, code, err := findApp(argv[0])
	if err != nil {
		return nil, code, err
	}
	// Whoever kills the wrapper means the program. The kernel asks for the thread that started it, which must therefore stay.
	runtime.LockOSThread()
	c, err := children.start(path, argv, &syscall.ProcAttr{
		Env:   env,
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Setpgid: !term.shared(), Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return nil, exitNotStarted, explainStart(err, path, processSpec{Argv: argv}, ".")
	}
	term.handOver(c.pid)
	letGoOfPipes()
	return &coveredApp{child: c, terminal: term}, 0, nil
}

// letGoOfPipes leaves stdin and stdout to the program: who is at their other ends must see it end, and not the wrapper.
func letGoOfPipes() {
	nothing, err := syscall.Open(os.DevNull, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer syscall.Close(nothing)
	for _, fd := range []int{0, 1} {
		_ = syscall.Dup3(nothing, fd, syscall.O_CLOEXEC)
	}
}

func findApp(word string) (path string, code int, err error) {
	search, set := os.LookupEnv("PATH")
	if !set {
		search = defaultPath
	}
	path, err = findExecutable(word, search, ".")
	if strings.Contains(word, "/") {
		// As it was given: a script sees it.
		path = word
	}
	if err == nil {
		return path, 0, nil
	}
	if _, missing := os.Stat(word); missing == nil {
		return "", exitNotStarted, err
	}
	return "", exitNotFound, err
}

// forward passes a signal to the program, unless the kernel gave it one already.
func (a *coveredApp) forward(sig syscall.Signal) {
	if !a.terminal.reaches(sig) {
		children.signalAlone(a.child, sig)
	}
}

// kill ends the program and, as far as they can be told, the processes that it started.
func (a *coveredApp) kill() {
	if !a.hasExited() && a.killed.IsZero() {
		a.killed = time.Now()
	}
	children.signalAlone(a.child, syscall.SIGKILL)
	children.killAll()
}

func (a *coveredApp) hasExited() bool {
	select {
	case <-a.exited:
		return true
	default:
		return false
	}
}

// settle waits for the processes that the program left behind, so that their profiles are sent too: at most grace, and not
// longer than the end lasts. The first process of a container asks them to end, as they would be killed with it; elsewhere they
// may outlive it, and are given the time only when the program was told to end.
func (a *coveredApp) settle(life *lifetime, grace time.Duration, toldToEnd bool) {
	if !children.adoptsOrphans && (!toldToEnd || a.terminal.shared()) {
		return
	}
	group := -a.pid
	if children.adoptsOrphans {
		group = -1
		_ = syscall.Kill(group, syscall.SIGTERM)
	}
	over := time.After(grace)
	for pause := time.Millisecond; syscall.Kill(group, 0) == nil; pause = min(2*pause, 20*time.Millisecond) {
		select {
		case <-time.After(pause):
		case <-over:
			return
		case <-life.ctx.Done():
			return
		}
	}
}

// exitOf is how the program ended, for the manifest; nil while it has not.
func (a *coveredApp) exitOf() *unitExit {
	if !a.hasExited() {
		return nil
	}
	if a.status.Signaled() {
		name := signalName(a.status.Signal())
		return &unitExit{Signal: &name}
	}
	code := a.status.ExitStatus()
	return &unitExit{Code: &code}
}

// endLike ends the wrapper as the program ended: by the same signal where that is possible, else with the code that shells
// give it, which is returned.
func (a *coveredApp) endLike() int {
	if !a.hasExited() {
		return 128 + int(syscall.SIGKILL)
	}
	if a.status.Signaled() {
		dieBySignal(a.status.Signal())
		return 128 + int(a.status.Signal())
	}
	return a.status.ExitStatus()
}

// describeEnd says how the program ended, to follow its name.
func (a *coveredApp) describeEnd(told time.Time) string {
	switch {
	case !a.hasExited():
		return "did not end even when it was killed"
	case !a.killed.IsZero() && !told.IsZero():
		return fmt.Sprintf("was killed %v after it was told to end", a.killed.Sub(told).Round(100*time.Millisecond))
	case !a.killed.IsZero():
		return "was killed"
	case a.status.Signaled():
		return "was ended by SIG" + signalName(a.status.Signal())
	default:
		return fmt.Sprintf("ended with code %d", a.status.ExitStatus())
	}
}

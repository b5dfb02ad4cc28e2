package main

import (
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// children are the processes that this agent started. There is one table, as there is one wait queue in a process.
var children = &childTable{
	running:       map[int]*child{},
	groups:        map[int]bool{},
	adoptsOrphans: os.Getpid() == 1,
}

// child is a started process, the leader of its own session and process group.
type child struct {
	pid     int
	started time.Time
	// exited is closed when the process was reaped; the fields below are set by then.
	exited chan struct{}
	ended  time.Time
	status syscall.WaitStatus
	usage  syscall.Rusage
}

// childTable starts and reaps processes. Both happen under its lock: the exit of a process is never seen before the process is
// known, and a process id is never signalled after it was given back to the kernel.
type childTable struct {
	mu      sync.Mutex
	running map[int]*child
	// groups are the process groups that may have members, also after their leader's exit.
	groups        map[int]bool
	adoptsOrphans bool
	// lent are capabilities that no child has.
	lent     []uintptr
	ending   bool
	watching sync.Once
}

var errEnding = errors.New("the agent is ending")

// watch begins to reap. As PID 1 that includes orphans, which nobody else would.
func (t *childTable) watch() {
	t.watching.Do(func() {
		deaths := make(chan os.Signal, 1)
		signal.Notify(deaths, syscall.SIGCHLD)
		go func() {
			for range deaths {
				t.reap()
			}
		}()
	})
}

func (t *childTable) start(path string, argv []string, attributes *syscall.ProcAttr) (*child, error) {
	t.watch()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ending {
		return nil, errEnding
	}
	started := time.Now()
	pid, err := forkExecWithout(t.lent, path, argv, attributes)
	if err != nil {
		return nil, err
	}
	c := &child{pid: pid, started: started, exited: make(chan struct{})}
	t.running[pid] = c
	t.groups[pid] = true
	return c, nil
}

// reap takes every exit there is: one SIGCHLD may stand for many.
func (t *childTable) reap() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.adoptsOrphans {
		for t.reapOne(-1) {
		}
		return
	}
	for pid := range t.running {
		t.reapOne(pid)
	}
}

// reapOne reports whether there may be more to reap.
func (t *childTable) reapOne(which int) bool {
	var status syscall.WaitStatus
	var usage syscall.Rusage
	pid, err := syscall.Wait4(which, &status, syscall.WNOHANG, &usage)
	if err == syscall.EINTR {
		return true
	}
	if err != nil || pid <= 0 {
		return false
	}
	if c, ours := t.running[pid]; ours {
		delete(t.running, pid)
		c.ended, c.status, c.usage = time.Now(), status, usage
		close(c.exited)
	}
	return true
}

// signal reaches the child's process group, as long as the child itself runs.
func (t *childTable) signal(c *child, sig syscall.Signal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, runs := t.running[c.pid]; runs {
		_ = syscall.Kill(-c.pid, sig)
	}
}

// signalAlone reaches the child and nothing that it started.
func (t *childTable) signalAlone(c *child, sig syscall.Signal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, runs := t.running[c.pid]; runs {
		_ = syscall.Kill(c.pid, sig)
	}
}

// killGroup ends the child and what is left of its process group, once.
func (t *childTable) killGroup(c *child) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.groups[c.pid] {
		_ = syscall.Kill(-c.pid, syscall.SIGKILL)
		delete(t.groups, c.pid)
	}
}

// endAll starts no more processes, asks those that run to end, and kills them when they took too long.
func (t *childTable) endAll(grace time.Duration) {
	deadline := time.After(grace)
	running := t.beginEnd()
	for _, c := range running {
		t.signal(c, syscall.SIGTERM)
		// A stopped process would not hear of it.
		t.signal(c, syscall.SIGCONT)
		defer t.killGroup(c)
	}
	for _, c := range running {
		select {
		case <-c.exited:
		case <-deadline:
			return
		}
	}
}

func (t *childTable) beginEnd() []*child {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ending = true
	var running []*child
	for _, c := range t.running {
		running = append(running, c)
	}
	return running
}

// killAll ends every process of the container at once, or, when the agent is not PID 1, every group that it started.
func (t *childTable) killAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ending = true
	if t.adoptsOrphans {
		_ = syscall.Kill(-1, syscall.SIGKILL)
		return
	}
	for pid := range t.groups {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}

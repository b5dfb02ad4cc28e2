package main

import (
	"strings"
	"syscall"
)

// processSpec says what to run; see protocol/agent.md.
type processSpec struct {
	Argv       []string          `json:"argv"`
	Env        map[string]string `json:"env,omitempty"`
	WorkingDir string            `json:"workingDir,omitempty"`
	User       string            `json:"user,omitempty"`
	GroupAdd   []string          `json:"groupAdd,omitempty"`
	Terminal   *terminalSize     `json:"terminal,omitempty"`
	Stdin      bool              `json:"stdin,omitempty"`
	// MergeOutput makes stderr the same pipe as stdout, so that their order is certain.
	MergeOutput bool `json:"mergeOutput,omitempty"`
}

type terminalSize struct {
	Columns uint16 `json:"columns"`
	Rows    uint16 `json:"rows"`
}

// processExit says how a process ended. Times are whole milliseconds.
type processExit struct {
	Code           *int    `json:"code"`
	Signal         *string `json:"signal"`
	OutOfMemory    bool    `json:"outOfMemory"`
	Duration       int64   `json:"duration"`
	MaxMemoryBytes int64   `json:"maxMemoryBytes"`
	CPU            int64   `json:"cpu"`
}

// process is a running process with its stdin and output. Whoever starts it closes it.
type process struct {
	*child
	stdio       *stdio
	killsBefore int64
}

// startProcess fails with PROCESS_NOT_STARTED and a message that says what is wrong.
func startProcess(spec processSpec) (*process, error) {
	if len(spec.Argv) == 0 || spec.Argv[0] == "" {
		return nil, processNotStarted("the command is empty")
	}
	if strings.ContainsRune(strings.Join(spec.Argv, ""), 0) {
		return nil, processNotStarted("cannot start %q: a zero byte in its arguments", spec.Argv[0])
	}
	user, err := containerAccounts.resolve(spec.User, spec.GroupAdd)
	if err != nil {
		return nil, err
	}
	env, err := processEnvironment(spec, user)
	if err != nil {
		return nil, err
	}
	dir, err := findWorkingDir(spec.WorkingDir)
	if err != nil {
		return nil, err
	}
	path, err := findExecutable(spec.Argv[0], env.path(), dir)
	if err != nil {
		return nil, err
	}
	stdio, err := openStdioFor(spec, user)
	if err != nil {
		return nil, processNotStarted("cannot start %q: %v", spec.Argv[0], err)
	}
	p := &process{stdio: stdio, killsBefore: oomKills()}
	p.child, err = children.start(path, spec.Argv, &syscall.ProcAttr{
		Dir:   dir,
		Env:   env.list(),
		Files: stdio.descriptors(),
		Sys:   &syscall.SysProcAttr{Setsid: true, Setctty: spec.Terminal != nil, Credential: user.credential()},
	})
	if err != nil {
		stdio.close()
		return nil, explainStart(err, path, spec, dir)
	}
	stdio.closeTheirs()
	preferForOutOfMemory(p.pid)
	return p, nil
}

// exit is how the process ended; it must have.
func (p *process) exit() processExit {
	exit := processExit{
		OutOfMemory:    oomKills() > p.killsBefore,
		Duration:       p.ended.Sub(p.started).Milliseconds(),
		MaxMemoryBytes: p.usage.Maxrss * 1024,
		CPU:            (p.usage.Utime.Nano() + p.usage.Stime.Nano()) / 1e6,
	}
	if p.status.Signaled() {
		name := signalName(p.status.Signal())
		exit.Signal = &name
	} else {
		code := p.status.ExitStatus()
		exit.Code = &code
	}
	return exit
}

func (p *process) hasExited() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// close ends whatever is left of the process and its group, and all reading of its output.
func (p *process) close() {
	children.killGroup(p.child)
	p.stdio.close()
}

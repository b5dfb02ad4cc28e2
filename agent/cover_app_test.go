package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWrapperKeepsEveryExitCode(t *testing.T) {
	t.Parallel()
	agent, app := realAgent(t), covered(t)
	step := 1
	if testing.Short() {
		step = 17
	}
	for first := range 4 {
		t.Run(fmt.Sprintf("each fourth from %d on", first), func(t *testing.T) {
			t.Parallel()
			for code := first * step; code <= 255; code += 4 * step {
				u := runCover(t, coverCase{program: agent, argv: []string{app, "exit", fmt.Sprint(code)}})
				if u.code() != code {
					t.Fatalf("%d became %d: %s", code, u.code(), u.stderr.text())
				}
				_, manifest := u.arrived()
				if *manifest.Exit.Code != code || manifest.Exit.Signal != nil || manifest.count("go/covcounters.") != 1 {
					t.Fatalf("%d: %+v", code, manifest)
				}
			}
		})
	}
}

func TestWrapperDiesByTheSignalThatTheAppDiedOf(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGILL, syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGKILL,
		syscall.SIGUSR1, syscall.SIGSEGV, syscall.SIGUSR2, syscall.SIGPIPE, syscall.SIGALRM, syscall.SIGTERM, syscall.SIGSYS, 40,
	} {
		t.Run(signalName(sig), func(t *testing.T) {
			t.Parallel()
			u := runCover(t, coverCase{argv: []string{"sh", "-c", fmt.Sprintf("kill -%d $$; sleep 5", sig)}})
			status := u.cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !status.Signaled() || status.Signal() != sig {
				t.Fatalf("the wrapper ended with %v: %s", u.cmd.ProcessState, u.stderr.text())
			}
			_, manifest := u.arrived()
			if manifest.Exit.Code != nil || *manifest.Exit.Signal != signalName(sig) {
				t.Fatalf("%+v", manifest.Exit)
			}
		})
	}
}

func TestFirstProcessExitsWithTheSignalsNumber(t *testing.T) {
	u := runCover(t, coverCase{argv: []string{"sh", "-c", "kill -9 $$"}, attributes: newPidNamespace()})
	if status := u.cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Exited() || status.ExitStatus() != 137 {
		t.Fatalf("%v", u.cmd.ProcessState)
	}
}

func TestSignalsReachTheAppUnchangedAndOnce(t *testing.T) {
	t.Parallel()
	for name, attributes := range map[string]*syscall.SysProcAttr{"any process": nil, "first process": newPidNamespace()} {
		t.Run(name, func(t *testing.T) {
			u := startCover(t, coverCase{argv: []string{covered(t), "signals"}, attributes: attributes})
			u.waitForOutput("ready")
			var want []string
			for _, sig := range []syscall.Signal{
				syscall.SIGHUP, syscall.SIGINT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGALRM, syscall.SIGCONT, syscall.SIGTSTP, 42, 64, syscall.SIGTERM,
			} {
				u.signal(sig)
				line := fmt.Sprintf("caught %d\n", sig)
				u.waitForOutput(line)
				want = append(want, strings.TrimSpace(line))
			}
			u.wantCode(0)
			got := strings.Split(strings.TrimSpace(u.stdout.text()), "\n")[1:]
			if !slices.Equal(got, want) {
				t.Errorf("caught %q, not %q", got, want)
			}
			u.wantProblems("")
		})
	}
}

func TestSignalThatWasIgnoredFromTheStartStaysSo(t *testing.T) {
	script := fmt.Sprintf("trap '' HUP; exec %s cover --to %s -- sh -c 'kill -HUP $$; echo alive'", os.Args[0], t.TempDir())
	done := run(t, startAgent(t).client, sh(script))
	if done.stdout != "alive\n" || done.code() != 0 {
		t.Errorf("%+v", done)
	}
}

func TestEnvironmentIsUnchangedButForTheVariablesAskedFor(t *testing.T) {
	t.Parallel()
	environment := []string{"EMPTY=", "NEWLINE=a\nb", "GOCOVERDIR=/elsewhere", "SEATRIAL_COVER_SERVICE=orders"}
	for languages, variables := range map[string][]string{
		"go":                       {"GOCOVERDIR"},
		"python":                   {"COVERAGE_FILE"},
		"go,node,llvm":             {"GOCOVERDIR", "LLVM_PROFILE_FILE", "NODE_V8_COVERAGE"},
		"java":                     {"JAVA_TOOL_OPTIONS"},
		"go,python,node,llvm,java": {"COVERAGE_FILE", "GOCOVERDIR", "JAVA_TOOL_OPTIONS", "LLVM_PROFILE_FILE", "NODE_V8_COVERAGE"},
	} {
		u := runCover(t, coverCase{
			flags: []string{"--languages", languages, "--java-agent", "/jacoco.jar"}, argv: []string{uncovered(t), "env"}, env: environment,
		})
		given := append(withoutCover(os.Environ()), environment...)
		var added []string
		for line := range strings.SplitSeq(strings.TrimSpace(u.stdout.text()), "\n") {
			if name, value, _ := strings.Cut(line, "="); strings.Contains(value, u.place) {
				added = append(added, name)
			}
		}
		sort.Strings(added)
		if !slices.Equal(added, variables) {
			t.Errorf("%s: added %q", languages, added)
		}
		for _, entry := range given {
			if name, _, _ := strings.Cut(entry, "="); !slices.Contains(variables, name) && !strings.Contains("\n"+u.stdout.text(), "\n"+entry+"\n") {
				t.Errorf("%s: %q is not as it was", languages, entry)
			}
		}
	}
}

func TestInputOutputAndWorkingDirectoryAreTheAppsOwn(t *testing.T) {
	t.Parallel()
	u := runCover(t, coverCase{argv: []string{covered(t), "cat"}, stdin: strings.Repeat("line\n", 100_000)})
	if u.wantCode(0); len(u.stdout.text()) != 500_000 {
		t.Errorf("%d bytes came back", len(u.stdout.text()))
	}
	dir := t.TempDir()
	u = runCover(t, coverCase{argv: []string{covered(t), "where", "--", "-x", "a b"}, dir: dir})
	if u.wantCode(0); u.stdout.text() != dir+" -- -x a b\n" {
		t.Errorf("%q", u.stdout.text())
	}
	if _, manifest := u.arrived(); manifest.WorkingDir != dir {
		t.Errorf("%+v", manifest)
	}
}

func TestOtherEndsOfPipesSeeTheAppEnd(t *testing.T) {
	t.Parallel()
	command := exec.Command(realAgent(t), "cover", "--to", silentAddress(t), "--folder", t.TempDir(), "--budget", "4s", "--", covered(t), "exit", "0")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(output); err != nil || time.Since(started) > 2*time.Second {
		t.Errorf("the output ends after %v: %v", time.Since(started), err)
	}
	eventually(t, "an input that nobody reads", func() bool { _, err := input.Write([]byte("x")); return err != nil })
	if time.Since(started) > 2*time.Second {
		t.Errorf("the input is refused after %v", time.Since(started))
	}
	if err := command.Wait(); err != nil || time.Since(started) < 3*time.Second {
		t.Errorf("the wrapper ended after %v: %v", time.Since(started), err)
	}
}

func TestAppDoesNotOutliveAWrapperThatIsKilled(t *testing.T) {
	t.Parallel()
	u := startCover(t, coverCase{argv: []string{covered(t), "ignore"}})
	u.waitForOutput("ready")
	app := childOf(t, u.cmd.Process.Pid)
	time.Sleep(100 * time.Millisecond)
	if !isAlive(app) {
		t.Fatal("the app is gone")
	}
	u.signal(syscall.SIGKILL)
	eventually(t, "the app's end", func() bool { return !isAlive(app) })
}

func TestAppThatCannotBeStartedGivesTheCodeOfShells(t *testing.T) {
	for _, c := range []struct {
		program string
		code    int
		says    string
	}{
		{"no-such-program", 127, "not found in $PATH"},
		{"/no/such", 127, "does not exist"},
		{script(t, "#!/bin/sh\n", 0o644), 126, "permission denied"},
		{script(t, "echo\n", 0o755), 126, "neither a program nor a script"},
		{"/tmp", 126, "directory"},
	} {
		u := runCover(t, coverCase{argv: []string{c.program}})
		if u.code() != c.code || !strings.Contains(u.stderr.text(), c.says) {
			t.Errorf("%s: %d %s", c.program, u.code(), u.stderr.text())
		}
		if left, _ := filepath.Glob(u.place + "/*"); len(left) > 0 {
			t.Errorf("%s: %v is left", c.program, left)
		}
	}
}

func TestStartIsNotDelayed(t *testing.T) {
	const allowed = 20 * time.Millisecond
	agent, to := realAgent(t), t.TempDir()
	var direct, wrapped []time.Duration
	for range 31 {
		direct = append(direct, timeToFirstByte(t, "/bin/sh", "-c", "echo"))
		wrapped = append(wrapped, timeToFirstByte(t, agent, "cover", "--to", to, "--", "/bin/sh", "-c", "echo"))
	}
	// What else the machine does delays some starts. What the wrapper does is in each.
	delay := slices.Min(wrapped) - slices.Min(direct)
	t.Logf("first output after %v, behind the wrapper after %v: it adds %v", slices.Min(direct), slices.Min(wrapped), delay)
	if delay > allowed {
		t.Errorf("the wrapper delays the start by more than %v", allowed)
	}
}

func timeToFirstByte(t *testing.T, argv ...string) time.Duration {
	t.Helper()
	command := exec.Command(argv[0], argv[1:]...)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_, err = output.Read(make([]byte, 1))
	took := time.Since(started)
	if err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	return took
}

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// refusal is the message of a process that could not be started.
func refusal(t *testing.T, spec processSpec) string {
	t.Helper()
	p, err := startProcess(spec)
	if err == nil {
		p.close()
		t.Fatalf("%v started", spec.Argv)
	}
	failed := asFailure(err)
	if failed.Code != "PROCESS_NOT_STARTED" {
		t.Fatalf("%+v", failed)
	}
	return failed.Message
}

func script(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStartThatFailsSaysWhy(t *testing.T) {
	folder := t.TempDir()
	foreign := script(t, foreignProgram(t), 0o755)
	for name, c := range map[string]struct {
		spec processSpec
		says []string
	}{
		"no command":         {processSpec{}, []string{"empty"}},
		"not in PATH":        {processSpec{Argv: []string{"no-such"}, Env: map[string]string{"PATH": "/usr/bin:/bin"}}, []string{"no-such", "not found in $PATH (/usr/bin:/bin)"}},
		"no such path":       {processSpec{Argv: []string{"/no/such"}}, []string{"/no/such", "does not exist"}},
		"folder":             {processSpec{Argv: []string{"/tmp"}}, []string{"directory"}},
		"not executable":     {processSpec{Argv: []string{script(t, "#!/bin/sh\n", 0o644)}}, []string{"permission denied"}},
		"no interpreter":     {processSpec{Argv: []string{script(t, "#!/no/such/python -u\n", 0o755)}}, []string{"needs /no/such/python", "does not exist"}},
		"Windows line end":   {processSpec{Argv: []string{script(t, "#!/bin/sh\r\ntrue\r\n", 0o755)}}, []string{"CR LF"}},
		"no program":         {processSpec{Argv: []string{script(t, "echo hello\n", 0o755)}}, []string{"neither a program nor a script"}},
		"other architecture": {processSpec{Argv: []string{foreign}}, []string{"built for s390"}},
		"no working dir":     {processSpec{Argv: []string{"true"}, WorkingDir: folder + "/missing"}, []string{"working directory " + folder + "/missing does not exist"}},
		"working file":       {processSpec{Argv: []string{"true"}, WorkingDir: foreign}, []string{"not a directory"}},
		"unknown user":       {processSpec{Argv: []string{"true"}, User: "nobody-of-this-name"}, []string{`no user "nobody-of-this-name"`}},
		"unknown group":      {processSpec{Argv: []string{"true"}, User: "0:no-such-group"}, []string{`no group "no-such-group"`}},
		"bad variable":       {processSpec{Argv: []string{"true"}, Env: map[string]string{"A=B": "c"}}, []string{"A=B"}},
		"zero byte":          {processSpec{Argv: []string{"true", "a\x00b"}}, []string{"zero byte"}},
		"too long":           {processSpec{Argv: []string{"true", strings.Repeat("x", 4<<20)}}, []string{"too long"}},
	} {
		message := refusal(t, c.spec)
		for _, words := range c.says {
			if !strings.Contains(message, words) {
				t.Errorf("%s: %q does not say %q", name, message, words)
			}
		}
	}
}

// foreignProgram is the test program itself, but said to be for another machine.
func foreignProgram(t *testing.T) string {
	t.Helper()
	program := mustRead(t, os.Args[0])
	program[18], program[19] = 22, 0
	return string(program)
}

func TestRelativeCommandBelongsToTheWorkingDirectory(t *testing.T) {
	path := script(t, "#!/bin/sh\npwd\n", 0o755)
	done := run(t, startAgent(t).client, processSpec{Argv: []string{"./script"}, WorkingDir: filepath.Dir(path)})
	if done.stdout != filepath.Dir(path)+"\n" {
		t.Fatalf("%+v", done)
	}
}

func TestCommandIsLookedUpInThePathOfItsOwnEnvironment(t *testing.T) {
	path := script(t, "#!/bin/sh\necho found\n", 0o755)
	spec := processSpec{Argv: []string{"script"}, Env: map[string]string{"PATH": "/no/such:" + filepath.Dir(path)}}
	if done := run(t, startAgent(t).client, spec); done.stdout != "found\n" {
		t.Fatalf("%+v", done)
	}
}

func TestProcessRunsAsItsUser(t *testing.T) {
	spec := sh(`echo "$(id -u):$(id -g) $(id -G) $HOME"; echo named > /dev/stdout`)
	spec.User = "12345:54321"
	spec.GroupAdd = []string{"777"}
	if os.Getuid() != 0 {
		if message := refusal(t, spec); !strings.Contains(message, "only root can switch users") {
			t.Fatal(message)
		}
		return
	}
	t.Setenv("HOME", ownHome())
	if done := run(t, startAgent(t).client, spec); done.stdout != "12345:54321 54321 777 /\nnamed\n" {
		t.Fatalf("%+v", done)
	}
}

func TestUsersAreResolvedAsEnginesDo(t *testing.T) {
	folder := t.TempDir()
	files := accounts{filepath.Join(folder, "passwd"), filepath.Join(folder, "group")}
	must(t, os.WriteFile(files.passwd, []byte("root:x:0:0:root:/root:/bin/sh\n# comment\nbroken\napp:x:1000:1001:App:/home/app:/bin/sh\n42:x:7:7::/odd:/bin/sh\n"), 0o644))
	must(t, os.WriteFile(files.group, []byte("root:x:0:\napp:x:1001:\nstaff:x:50:other,app\naudio:x:29:app\n"), 0o644))
	for spec, want := range map[string]string{
		"app":       "1000 1001 [50 29] /home/app",
		"1000":      "1000 1001 [50 29] /home/app",
		"app:staff": "1000 50 [] /home/app",
		"app:77":    "1000 77 [] /home/app",
		"4711":      "4711 0 [] /",
		"4711:50":   "4711 50 [] /",
		"42":        "7 7 [] /odd",
		"root":      "0 0 [] /root",
	} {
		who, err := files.lookUp(spec, ownIdentity())
		got := strings.Join([]string{formatID(who.uid), formatID(who.gid), list32(who.groups), who.home}, " ")
		if err != nil || got != want {
			t.Errorf("%s: %s, not %s (%v)", spec, got, want, err)
		}
	}
	for _, spec := range []string{"missing", "app:missing", "-1", "99999999999"} {
		if who, err := files.lookUp(spec, ownIdentity()); err == nil {
			t.Errorf("%s is resolved to %+v", spec, who)
		}
	}
	if own, err := files.resolve("", nil); err != nil || own.switched || int(own.uid) != os.Getuid() {
		t.Errorf("%+v %v", own, err)
	}
}

func TestCredentialsChangeOnlyWhereTheyMust(t *testing.T) {
	root := identity{uid: 0, gid: 0, groups: []uint32{0, 10}}
	user := identity{uid: 1000, gid: 1000, groups: []uint32{1000}}
	for _, c := range []struct {
		who, own identity
		switched bool
	}{
		{identity{groups: []uint32{10}}, root, false},
		{identity{groups: []uint32{10, 20}}, root, true},
		{identity{gid: 5, groups: []uint32{10}}, root, true},
		{user, root, true},
		{user, user, false},
	} {
		if compared, err := c.who.comparedWith(c.own); err != nil || (compared.credential() != nil) != c.switched {
			t.Errorf("%+v for %+v: %+v %v", c.who, c.own, compared, err)
		}
	}
	if _, err := root.comparedWith(user); err == nil {
		t.Error("a user may become root")
	}
}

func TestSignalsHaveTheirNames(t *testing.T) {
	for text, want := range map[string]syscall.Signal{"TERM": 15, "SIGTERM": 15, "sigint": 2, "9": 9, "RTMIN+3": 37, "SIGRTMIN": 34} {
		if sig, err := parseSignal(text); err != nil || sig != want {
			t.Errorf("%s: %d, %v", text, sig, err)
		}
	}
	for _, text := range []string{"", "SIG", "NOPE", "0", "65", "-1", "RTMIN+31", "RTMIN+x"} {
		if sig, err := parseSignal(text); err == nil {
			t.Errorf("%q is signal %d", text, sig)
		}
	}
	if signalName(15) != "TERM" || signalName(37) != "RTMIN+3" {
		t.Error(signalName(15), signalName(37))
	}
}

func TestOutOfMemoryIsReadFromTheContainersCgroup(t *testing.T) {
	root := t.TempDir()
	self := filepath.Join(root, "self")
	for _, c := range []struct{ self, file, content string }{
		{"0::/\n", "memory.events", "low 0\noom 5\noom_kill 3\noom_group_kill 0\n"},
		{"0::/docker/abc\n", "docker/abc/memory.events", "oom_kill 3\n"},
		{"12:cpu:/docker/abc\n5:memory:/docker/abc\n", "memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"},
	} {
		tree := filepath.Join(root, strconv.Itoa(len(c.self)))
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(tree, c.file)), 0o755))
		must(t, os.WriteFile(filepath.Join(tree, c.file), []byte(c.content), 0o644))
		must(t, os.WriteFile(self, []byte(c.self), 0o644))
		var found int64
		for _, path := range memoryEventFiles(self, tree) {
			if count, ok := readCounter(path, "oom_kill"); ok {
				found = count
			}
		}
		if found != 3 {
			t.Errorf("%q: %d", c.self, found)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func list32(ids []uint32) string {
	var words []string
	for _, id := range ids {
		words = append(words, formatID(id))
	}
	return "[" + strings.Join(words, " ") + "]"
}

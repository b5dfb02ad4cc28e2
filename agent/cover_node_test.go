package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// writeScript writes a program of Node, which says ready and goes on until a signal ends it.
func writeScript(t *testing.T, content string) string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("this test needs Node")
	}
	path := filepath.Join(t.TempDir(), "server.js")
	if err := os.WriteFile(path, []byte(content+"\nfunction used() { console.log('ready'); }\nused();\nsetInterval(() => undefined, 1000);\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// openFolderOf is a folder that any user can reach, unlike those of tests.
func openFolderOf(t *testing.T, name string) string {
	t.Helper()
	folder, err := os.MkdirTemp("", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

func nodeFlags(t *testing.T, folderName string) []string {
	return []string{"--languages", "node", "--folder", openFolderOf(t, folderName)}
}

func TestProgramsOfNodeLeaveProfilesWhenASignalEndsThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		env    []string
		signal syscall.Signal
		code   int
	}{
		"with nothing of their own":    {"", nil, syscall.SIGTERM, 143},
		"by an interrupt":              {"", nil, syscall.SIGINT, 130},
		"with a listener of their own": {"process.on('SIGTERM', () => process.exit(3));", nil, syscall.SIGTERM, 3},
		"with options of their own":    {"if (process.title !== 'mine') process.exit(9);", []string{"NODE_OPTIONS=--title=mine"}, syscall.SIGTERM, 143},
		"and listen to another one":    {"process.on('SIGINT', () => undefined);", nil, syscall.SIGTERM, 143},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := writeScript(t, c.script)
			u := startCover(t, coverCase{flags: nodeFlags(t, "a \"b\" 'c' "), env: c.env, argv: []string{"node", script}})
			u.waitForOutput("ready")
			u.signal(c.signal)
			u.wantCode(c.code)
			manifest := u.wantProblems("")
			if manifest.count("node/coverage-") == 0 || manifest.count("sources/") != 1 || manifest.count("sources"+script) != 1 {
				t.Errorf("%+v", manifest.Files)
			}
		})
	}
}

func TestNodeHookIsLeftOutWhereProgramsWouldNotStartWithIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags, env, argv []string
	}{
		"when it is switched off":    {[]string{"--node-hook", "off"}, nil, []string{"node"}},
		"by a variable":              {nil, []string{"SEATRIAL_COVER_NODE_HOOK=off"}, []string{"node"}},
		"with the permission model":  {nil, nil, []string{"node", "--experimental-permission", "--allow-fs-read=*"}},
		"for a language that is not": {[]string{"--languages", "go"}, nil, []string{"node"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := writeScript(t, "console.log('options', process.env.NODE_OPTIONS);")
			u := startCover(t, coverCase{flags: append(nodeFlags(t, "node"), c.flags...), env: c.env, argv: append(c.argv, script)})
			u.waitForOutput("ready")
			u.signal(syscall.SIGTERM)
			u.wantCode(143)
			if !strings.Contains(u.stdout.text(), "options undefined") {
				t.Errorf("%s", u.stdout.text())
			}
		})
	}
}

func TestFolderThatOthersCannotReachGetsNoNodeHook(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test needs root, as others of this agent do")
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	u := runCover(t, coverCase{flags: []string{"--languages", "node", "--folder", closed}, argv: []string{"sh", "-c", `echo "options $NODE_OPTIONS."`}})
	u.wantCode(0)
	if !strings.Contains(u.stdout.text(), "options .") {
		t.Errorf("%s", u.stdout.text())
	}
}

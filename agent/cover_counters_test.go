package main

import (
	"bytes"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// leaveProfiles runs the covered program by itself and returns its folder of profiles and its counters.
func leaveProfiles(t *testing.T, argv ...string) (folder, counters string) {
	t.Helper()
	unit := t.TempDir()
	folder = filepath.Join(unit, "go")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(covered(t), argv...)
	command.Env = append(withoutCover(os.Environ()), "GOCOVERDIR="+folder)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	found, _ := filepath.Glob(filepath.Join(folder, "covcounters.*"))
	if len(found) != 1 {
		t.Fatalf("%v", found)
	}
	return unit, found[0]
}

func TestCountersAreWholeWithoutTheirCommandLine(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{
		{"exit", "0", "--token", "t0p-s3cret"},
		{"exit", "0", "--password=t0p-s3cret", "argv0", "GOOS", "", "é"},
		{"exit", "0", "--token", "t0p-s3cret", "--port", "1", "--key", "t0p-s3cret"},
		{"exit", "0", "-H", "Authorization: Token t0p-s3cret", "--token", "-t0p-s3cret", "Cookie: theme=dark; sid=t0p-s3cret"},
		{"exit", "0", "--" + strings.Repeat("x", 300), "--url=https://u:t0p-s3cret@h/"},
		{"exit", "0", "-token=t0p-s3cret" + strings.Repeat("y", 5000)},
	} {
		unit, path := leaveProfiles(t, argv...)
		before := textfmt(t, unit)
		clean, err := redactCounters(mustRead(t, path), newRedactor(nil).argv)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(clean, []byte("t0p-s3cret")) {
			t.Errorf("%q: the secret is still there", argv)
		}
		if err := os.WriteFile(path, clean, 0o644); err != nil {
			t.Fatal(err)
		}
		if after := textfmt(t, unit); after != before || !strings.Contains(after, " 1\n") {
			t.Errorf("%q: the counts are others:\n%s", argv, after)
		}
		output, err := exec.Command("go", "tool", "covdata", "debugdump", "-i="+filepath.Join(unit, "go")).CombinedOutput()
		want := "program args: " + "[" + covered(t) + " " + strings.Join(newRedactor(nil).argv(append([]string{covered(t)}, argv...))[1:], " ") + "]"
		if err != nil || !strings.Contains(string(output), want) || !strings.Contains(string(output), "GOOS=linux") {
			t.Errorf("%v: %q is not in %.600s", err, want, output)
		}
		if again, err := redactCounters(clean, newRedactor(nil).argv); err != nil || !bytes.Equal(again, clean) {
			t.Errorf("%q: a second time changes them: %v", argv, err)
		}
	}
}

func TestCountersWithoutSecretsStayAsTheyAre(t *testing.T) {
	_, path := leaveProfiles(t, "exit", "0", "--port", "80")
	content := mustRead(t, path)
	if clean, err := redactCounters(content, newRedactor(nil).argv); err != nil || !bytes.Equal(clean, content) {
		t.Errorf("they are changed: %v", err)
	}
}

func TestCountersOfMergedProfilesAreRead(t *testing.T) {
	unit, _ := leaveProfiles(t, "exit", "0", "--token", "t0p-s3cret")
	merged := t.TempDir()
	if output, err := exec.Command("go", "tool", "covdata", "merge", "-i="+filepath.Join(unit, "go"), "-o="+merged).CombinedOutput(); err != nil {
		t.Fatalf("%s", output)
	}
	found, _ := filepath.Glob(filepath.Join(merged, "covcounters.*"))
	clean, err := redactCounters(mustRead(t, found[0]), newRedactor(nil).argv)
	if err != nil || bytes.Contains(clean, []byte("t0p-s3cret")) {
		t.Errorf("%v", err)
	}
}

func TestBrokenCountersAreRefusedAndNeverCrash(t *testing.T) {
	_, path := leaveProfiles(t, "exit", "0", "--token", "t0p-s3cret")
	whole := mustRead(t, path)
	for length := range len(whole) {
		if _, err := redactCounters(whole[:length], newRedactor(nil).argv); err == nil {
			t.Fatalf("%d of %d bytes are taken for whole", length, len(whole))
		}
	}
	random := rand.New(rand.NewSource(1))
	for range 20_000 {
		broken := bytes.Clone(whole)
		for range 1 + random.Intn(4) {
			broken[random.Intn(len(broken))] = byte(random.Intn(256))
		}
		if clean, err := redactCounters(broken, newRedactor(nil).argv); err == nil && len(clean) > 4*len(whole) {
			t.Fatalf("%d bytes became %d", len(whole), len(clean))
		}
	}
}

func TestBrokenCountersAreNotSentAndSaidToBeBroken(t *testing.T) {
	u := runCover(t, coverCase{argv: []string{"sh", "-c", `"$0" exit 0 --token x; for f in "$GOCOVERDIR"/covcounters.*; do truncate -s -3 $f; done`, covered(t)}})
	u.wantCode(0)
	if manifest := u.wantProblems("COVERAGE_PROFILE_INVALID"); manifest.count("go/covcounters.") != 0 || manifest.count("go/covmeta.") != 1 {
		t.Errorf("%+v", manifest)
	}
	if summary := u.summary(); summary.Complete || len(summary.NotSent) != 1 {
		t.Errorf("%+v", summary)
	}
}

func TestSecretsOfTheCommandLineDoNotLeaveTheMachine(t *testing.T) {
	u := runCover(t, coverCase{
		argv: []string{covered(t), "exit", "0", "--token", "t0p-s3cret", "from-the-environment"}, env: []string{"API_KEY=from-the-environment"},
	})
	u.wantCode(0)
	unit, manifest := u.arrived()
	if got := strings.Join(manifest.Argv[1:], " "); got != "exit 0 --token [redacted] [redacted]" {
		t.Errorf("%q", got)
	}
	for _, file := range manifest.Files {
		content := mustRead(t, filepath.Join(unit, file.Path))
		if bytes.Contains(content, []byte("t0p-s3cret")) || bytes.Contains(content, []byte("from-the-environment")) {
			t.Errorf("%s holds a secret", file.Path)
		}
	}
	if !strings.Contains(textfmt(t, unit), " 1\n") {
		t.Error("the counts are gone")
	}
}

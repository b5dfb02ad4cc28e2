package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inNamespace runs a script as root of a mount namespace of its own, then the wrapper in it.
func inNamespace(t *testing.T, prepare string, c coverCase) *coverUnderTest {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("only root can mount")
	}
	c.attributes = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS}
	wrapper := script(t, "#!/bin/sh\nset -e\nmount --make-rprivate /\n"+prepare+"\nexec "+realAgent(t)+" \"$@\"\n", 0o755)
	c.program = wrapper
	return runCover(t, c)
}

func TestFullDiskIsPassedOver(t *testing.T) {
	disk := t.TempDir()
	full := "mount -t tmpfs -o size=64k tmpfs " + disk + "; head -c 65536 /dev/zero > " + disk + "/filler || true"
	u := inNamespace(t, full, coverCase{flags: []string{"--folder", disk}, argv: []string{covered(t), "exit", "4"}})
	u.wantCode(4)
	if manifest := u.wantProblems(""); manifest.count("go/") != 2 {
		t.Errorf("%+v", manifest.Files)
	}
}

func TestDiskThatBecomesFullIsSaidToBe(t *testing.T) {
	disk := t.TempDir()
	u := inNamespace(t, "mount -t tmpfs -o size=128k tmpfs "+disk, coverCase{
		flags: []string{"--folder", disk},
		argv:  []string{"sh", "-c", `head -c 200000 /dev/zero > "$GOCOVERDIR/../filler" 2>/dev/null; "$0" exit 5`, covered(t)},
	})
	u.wantCode(5)
	u.wantProblems("COVERAGE_FOLDER_FULL")
	if !strings.Contains(u.stderr.text(), "is full") {
		t.Errorf("%s", u.stderr.text())
	}
}

func TestReadOnlyRootLeavesMemory(t *testing.T) {
	// All file systems read-only but the destination's and /dev/shm.
	u := readOnly(t, "mount -t tmpfs tmpfs /dev/shm")
	u.wantCode(6)
	if manifest := u.wantProblems(""); manifest.count("go/") != 2 {
		t.Errorf("%+v", manifest.Files)
	}
}

func TestNoWritableFolderIsSaid(t *testing.T) {
	u := readOnly(t, "mount -t tmpfs -o ro tmpfs /dev/shm")
	u.wantCode(6)
	manifest := u.wantProblems("COVERAGE_FOLDER_NOT_WRITABLE")
	if !strings.Contains(manifest.Problems[0].Message, "/dev/shm (read-only file system)") {
		t.Errorf("%+v", manifest.Problems)
	}
	if !strings.Contains(u.stderr.text(), "GOCOVERDIR not set") {
		t.Errorf("%s", u.stderr.text())
	}
}

func readOnly(t *testing.T, prepare string) *coverUnderTest {
	t.Helper()
	to := t.TempDir()
	app := covered(t)
	lock := prepare + `
mount --bind ` + to + ` ` + to + `
for place in / $(awk '$2 !~ "^/(proc|sys|dev/shm)" {print $2}' /proc/self/mounts); do
	case $place in ` + to + `) continue;; esac
	mount -o remount,bind,ro "$place" 2>/dev/null || true
done
cd /`
	u := inNamespace(t, lock, coverCase{flags: []string{"--to", to, "--folder", "", "--summary", ""}, argv: []string{app, "exit", "6"}, dir: "/"})
	u.to = to
	return u
}

func TestPlacesThatHangHoldTheStartUpOnceAndAreCleanedLater(t *testing.T) {
	t.Parallel()
	release, undone := make(chan struct{}), make(chan string, 3)
	prepare := func(place string) (string, error) {
		switch place {
		case "broken":
			return "", errors.New("it is broken")
		case "good":
			return "in " + place, nil
		}
		<-release
		return "in " + place, nil
	}
	undo := func(folder string) { undone <- folder }
	started := time.Now()
	folder, err := placeSearch{[]string{"hangs", "broken", "hangs too", "good"}, time.Millisecond, patience, prepare, undo}.first()
	if took := time.Since(started); err != nil || folder != "in good" || took > patience/2 {
		t.Errorf("%q, %v after %v", folder, err, took)
	}
	started = time.Now()
	_, err = placeSearch{[]string{"broken", "hangs", "hangs too", "hangs three", "hangs four"}, 50 * time.Millisecond, 500 * time.Millisecond, prepare, undo}.first()
	if took := time.Since(started); err == nil || took > 2*time.Second {
		t.Errorf("%v after %v", err, took)
	} else if !strings.Contains(err.Error(), "broken (it is broken), hangs (took too long)") {
		t.Error(err)
	}
	close(release)
	for range 5 {
		select {
		case <-undone:
		case <-time.After(patience):
			t.Fatal("what they did stays")
		}
	}
}

func TestFirstPlaceThatCanBeWrittenIsTakenAlone(t *testing.T) {
	var tried []string
	prepare := func(place string) (string, error) {
		tried = append(tried, place)
		if place == "broken" {
			return "", errors.New("it is broken")
		}
		return place, nil
	}
	undo := func(folder string) { t.Errorf("%s is undone", folder) }
	folder, err := placeSearch{[]string{"broken", "good", "other"}, patience, patience, prepare, undo}.first()
	if err != nil || folder != "good" || len(tried) != 2 {
		t.Errorf("%q, %v, of %v", folder, err, tried)
	}
}

func TestAppThatBecomesAnotherUserCanWriteProfiles(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("only root can switch users")
	}
	if _, err := exec.LookPath("setpriv"); err != nil {
		t.Fatal(err)
	}
	place, err := os.MkdirTemp("", "cover-user-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(place) })
	if err := os.Chmod(place, 0o755); err != nil {
		t.Fatal(err)
	}
	u := runCover(t, coverCase{
		flags: []string{"--folder", place}, argv: []string{"setpriv", "--reuid", "65532", "--regid", "65532", "--clear-groups", covered(t), "exit", "0"},
	})
	u.wantCode(0)
	u.wantProblems("")
}

func TestOnlyFilesOfTheFolderItselfAreSent(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "go"), 0o755); err != nil {
		t.Fatal(err)
	}
	hash := strings.Repeat("0", 32)
	if err := os.Symlink("/etc/passwd", filepath.Join(folder, "go", "covmeta."+hash)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "go", "covcounters."+hash+".1.1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tmp.covmeta." + hash, "covmeta.x", "covcounters." + hash, "metafiles.txt"} {
		if err := os.WriteFile(filepath.Join(folder, "go", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if found := findProfiles(folder, []string{"go"}); len(found) > 0 {
		t.Errorf("%+v", found)
	}
	if _, err := openProfile(profileFile{path: "go/covmeta." + hash, file: filepath.Join(folder, "go", "covmeta."+hash)}, nil); err == nil {
		t.Error("a link is followed")
	}
}

package main

import (
	"archive/tar"
	"bytes"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tarOf makes an archive; a header's size is that of its content.
func tarOf(t *testing.T, entries ...tarEntry) *bytes.Buffer {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, entry := range entries {
		entry.Size = int64(len(entry.content))
		if entry.Mode == 0 {
			entry.Mode = 0o644
		}
		must(t, w.WriteHeader(&entry.Header))
		_, err := io.WriteString(w, entry.content)
		must(t, err)
	}
	must(t, w.Close())
	return &archive
}

type tarEntry struct {
	tar.Header
	content string
}

func file(name, content string) tarEntry {
	return tarEntry{tar.Header{Typeflag: tar.TypeReg, Name: name, Uid: os.Getuid(), Gid: os.Getgid()}, content}
}

func folder(name string, mode int64) tarEntry {
	return tarEntry{tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode, Uid: os.Getuid(), Gid: os.Getgid()}, ""}
}

func link(kind byte, name, to string) tarEntry {
	return tarEntry{tar.Header{Typeflag: kind, Name: name, Linkname: to, Uid: os.Getuid(), Gid: os.Getgid()}, ""}
}

func put(t *testing.T, path string, archive io.Reader) (extractAnswer, failure) {
	t.Helper()
	var written extractAnswer
	_, failed := call(t, serveInProcess(t), "PUT", "/v1/files?path="+url.QueryEscape(path), archive, &written)
	return written, failed
}

func mustPut(t *testing.T, path string, entries ...tarEntry) extractAnswer {
	t.Helper()
	written, failed := put(t, path, tarOf(t, entries...))
	if failed.Code != "" {
		t.Fatalf("%+v", failed)
	}
	return written
}

func expectFileFailed(t *testing.T, path string, words string, entries ...tarEntry) {
	t.Helper()
	if _, failed := put(t, path, tarOf(t, entries...)); failed.Code != "FILE_FAILED" || !strings.Contains(failed.Message, words) {
		t.Fatalf("%+v does not say %q", failed, words)
	}
}

func expectContent(t *testing.T, path, want string) {
	t.Helper()
	if content := string(mustRead(t, path)); content != want {
		t.Fatalf("%s holds %q, not %q", path, content, want)
	}
}

func TestArchiveIsExtractedWithEverythingItSays(t *testing.T) {
	root := filepath.Join(t.TempDir(), "new", "target")
	t.Cleanup(func() { _ = os.Chmod(root+"/closed", 0o700) })
	time1 := time.Unix(1_500_000_000, 0)
	program := file("bin/app", "program")
	program.Mode, program.ModTime = 0o4755, time1
	readOnly := folder("closed/", 0o500)
	readOnly.ModTime = time1
	written := mustPut(t, root, folder("./", 0o700), program, readOnly, file("closed/inside", "in"), folder("tmp/", 0o1777),
		link(tar.TypeSymlink, "current", "bin"), link(tar.TypeLink, "same", "bin/app"), file("/absolute", "a"), file("current/through", "b"),
		tarEntry{tar.Header{Typeflag: tar.TypeFifo, Name: "fifo"}, ""})
	if want := (extractAnswer{Files: 6, Bytes: 11}); written != want {
		t.Fatalf("%+v", written)
	}
	for name, mode := range map[string]uint32{".": 0o700, "bin": 0o755, "bin/app": 0o4755, "closed": 0o500, "tmp": 0o1777} {
		info, err := os.Stat(filepath.Join(root, name))
		must(t, err)
		if permissions(info.Mode()) != mode {
			t.Errorf("%s has mode %o", name, permissions(info.Mode()))
		}
		if (name == "bin/app" || name == "closed") && !info.ModTime().Equal(time1) {
			t.Errorf("%s is of %v", name, info.ModTime())
		}
	}
	expectContent(t, root+"/absolute", "a")
	expectContent(t, root+"/bin/through", "b")
	expectContent(t, root+"/same", "program")
	if _, err := os.Lstat(root + "/fifo"); err == nil {
		t.Error("a pipe was made")
	}
	if left, _ := filepath.Glob(root + "/*/.seatrial-*"); len(left) > 0 {
		t.Error(left)
	}
}

func TestOwnersAreKeptWhenTheAgentIsRoot(t *testing.T) {
	root := t.TempDir()
	entry := file("owned", "x")
	entry.Uid, entry.Gid = 1234, 4321
	mustPut(t, root, entry)
	info, err := os.Stat(root + "/owned")
	must(t, err)
	uid, gid := ownerOf(info)
	if os.Getuid() == 0 && (uid != 1234 || gid != 4321) || os.Getuid() != 0 && uid != os.Getuid() {
		t.Fatalf("%d:%d", uid, gid)
	}
}

func TestArchiveCannotLeaveItsFolder(t *testing.T) {
	outside := t.TempDir()
	must(t, os.WriteFile(outside+"/secret", []byte("old"), 0o644))
	for name, entries := range map[string][]tarEntry{
		"by parent":            {file("../secret", "new")},
		"by parent within":     {file("a/../../secret", "new")},
		"by link":              {link(tar.TypeSymlink, "out", outside), file("out/secret", "new")},
		"by folder link":       {link(tar.TypeSymlink, "out", outside), folder("out/", 0o777)},
		"by relative link":     {link(tar.TypeSymlink, "out", "../.."), file("out/secret", "new")},
		"by link to link":      {link(tar.TypeSymlink, "one", outside), link(tar.TypeSymlink, "two", "one"), file("two/secret", "new")},
		"by hard link":         {link(tar.TypeLink, "stolen", "../secret"), file("stolen", "new")},
		"by hard link by link": {link(tar.TypeSymlink, "out", outside), link(tar.TypeLink, "stolen", "out/secret")},
	} {
		expectFileFailed(t, filepath.Join(t.TempDir(), "target"), "leads outside", entries...)
		if content := string(mustRead(t, outside+"/secret")); content != "old" {
			t.Errorf("%s: the file outside holds %q", name, content)
		}
	}
	target := t.TempDir()
	mustPut(t, target, file("/secret", "in"), link(tar.TypeSymlink, "link", outside+"/secret"), file("link", "replaces the link"))
	expectContent(t, outside+"/secret", "old")
	expectContent(t, target+"/secret", "in")
	expectContent(t, target+"/link", "replaces the link")
}

func TestFolderThatBecameALinkIsNotChanged(t *testing.T) {
	outside, target := t.TempDir(), t.TempDir()
	must(t, os.Chmod(outside, 0o700))
	_, failed := put(t, target, tarOf(t, folder("a/", 0o777), link(tar.TypeSymlink, "a", outside)))
	info, err := os.Stat(outside)
	must(t, err)
	if failed.Code != "FILE_FAILED" || info.Mode().Perm() != 0o700 {
		t.Fatalf("%+v, mode %o", failed, info.Mode())
	}
}

func TestWholeContainerIsATargetWithAbsoluteLinks(t *testing.T) {
	base := t.TempDir()
	must(t, os.Mkdir(base+"/run", 0o755))
	must(t, os.Symlink(base+"/run", base+"/var-run"))
	mustPut(t, "/", file(strings.TrimPrefix(base, "/")+"/var-run/app.conf", "conf"))
	expectContent(t, base+"/run/app.conf", "conf")
}

func TestReaderOfAReplacedFileKeepsTheOldOne(t *testing.T) {
	target := t.TempDir()
	must(t, os.WriteFile(target+"/config", []byte("old"), 0o600))
	reader, err := os.Open(target + "/config")
	must(t, err)
	defer reader.Close()
	mustPut(t, target, file("config", "new"))
	content, err := io.ReadAll(reader)
	must(t, err)
	if string(content) != "old" {
		t.Fatalf("%q", content)
	}
	expectContent(t, target+"/config", "new")
}

func TestFileThatCannotBeReplacedIsOverwrittenInPlace(t *testing.T) {
	target := t.TempDir()
	must(t, os.WriteFile(target+"/hosts", []byte("much longer than the new one"), 0o644))
	before, err := os.Stat(target + "/hosts")
	must(t, err)
	if os.Getuid() == 0 {
		must(t, syscall.Mount(target+"/hosts", target+"/hosts", "", syscall.MS_BIND, ""))
		defer syscall.Unmount(target+"/hosts", 0)
	} else {
		// Only root mounts, but root may write in every folder.
		must(t, os.Chmod(target, 0o500))
		defer os.Chmod(target, 0o700)
	}
	if written := mustPut(t, target, file("hosts", "new")); written.Bytes != 3 {
		t.Fatalf("%+v", written)
	}
	expectContent(t, target+"/hosts", "new")
	if after, err := os.Stat(target + "/hosts"); err != nil || !os.SameFile(before, after) {
		t.Fatalf("it was replaced (%v)", err)
	}
}

func TestZerosBecomeHoles(t *testing.T) {
	target := t.TempDir()
	content := strings.Repeat("\x00", 4<<20) + "end" + strings.Repeat("\x00", 1<<20)
	mustPut(t, target, file("wal", content))
	expectContent(t, target+"/wal", content)
	info, err := os.Stat(target + "/wal")
	must(t, err)
	if taken := info.Sys().(*syscall.Stat_t).Blocks * 512; taken > 1<<20 {
		t.Fatalf("it takes %d bytes", taken)
	}
}

func TestBrokenArchiveIsSaidToBe(t *testing.T) {
	whole := tarOf(t, file("a", strings.Repeat("x", 10_000))).Bytes()
	for _, archive := range [][]byte{[]byte(strings.Repeat("no tar", 200)), whole[:5000]} {
		if _, failed := put(t, t.TempDir(), bytes.NewReader(archive)); failed.Code != "FILE_FAILED" {
			t.Errorf("%+v", failed)
		}
	}
}

func TestRefusalOfALargeArchiveDoesNotWaitForItsEnd(t *testing.T) {
	archive := tarOf(t, file("../outside", "x"), file("large", strings.Repeat("x", 32<<20)))
	if _, failed := put(t, t.TempDir(), archive); failed.Code != "FILE_FAILED" {
		t.Fatalf("%+v", failed)
	}
}

func TestFolderInTheWayIsAnError(t *testing.T) {
	target := t.TempDir()
	must(t, os.MkdirAll(target+"/config/sub", 0o755))
	expectFileFailed(t, target, target+"/config", file("config", "x"))
	must(t, os.WriteFile(target+"/plain", nil, 0o644))
	expectFileFailed(t, target, "not a folder", file("plain/x", "x"))
	expectFileFailed(t, target+"/plain", target+"/plain", file("x", "x"))
	expectFileFailed(t, target, "must be a folder", file(".", "x"))
}

func TestArchivesThatComeTogetherMakeTheirFoldersTogether(t *testing.T) {
	for range 50 {
		root := t.TempDir()
		results := make(chan error)
		const archives = 8
		for i := range archives {
			archive := tarOf(t, file(strings.Repeat("folder/", 20)+strconv.Itoa(i), "x"))
			go func() {
				_, err := extract(archive, root)
				results <- err
			}()
		}
		for range archives {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	}
}

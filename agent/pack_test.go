package main

import (
	"archive/tar"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// get fetches and reads an archive.
func get(t *testing.T, client *http.Client, path string) map[string]tarEntry {
	t.Helper()
	response, err := client.Get("http://agent/v1/files?path=" + url.QueryEscape(path))
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/x-tar" {
		t.Fatalf("status %d", response.StatusCode)
	}
	entries := map[string]tarEntry{}
	archive := tar.NewReader(response.Body)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return entries
		}
		must(t, err)
		content, err := io.ReadAll(archive)
		must(t, err)
		entries[header.Name] = tarEntry{*header, string(content)}
	}
}

func TestFolderIsPackedAsItIs(t *testing.T) {
	root := t.TempDir()
	long := strings.Repeat("long-name-", 20)
	must(t, os.MkdirAll(root+"/sub/empty", 0o750))
	must(t, os.WriteFile(root+"/sub/"+long, []byte("content"), 0o640))
	must(t, os.WriteFile(root+"/grüße", nil, 0o600))
	must(t, os.Symlink("sub/nowhere", root+"/link"))
	must(t, syscall.Mkfifo(root+"/fifo", 0o644))
	must(t, os.Chmod(root, 0o770|os.ModeSetgid))
	entries := get(t, serveInProcess(t), root)
	var names []string
	for name := range entries {
		names = append(names, name)
	}
	if len(entries) != 6 || entries["./"].Mode != 0o2770 || entries["sub/empty/"].Typeflag != tar.TypeDir || entries["sub/"+long].content != "content" ||
		entries["sub/"+long].Mode != 0o640 || entries["link"].Linkname != "sub/nowhere" || entries["grüße"].Typeflag != tar.TypeReg {
		t.Fatalf("%q", names)
	}
}

func TestFileIsPackedUnderItsBaseName(t *testing.T) {
	root := t.TempDir()
	must(t, os.WriteFile(root+"/real", []byte("x"), 0o644))
	must(t, os.Symlink("real", root+"/report.xml"))
	if entries := get(t, serveInProcess(t), root+"/report.xml"); len(entries) != 1 || entries["report.xml"].content != "x" {
		t.Fatalf("%+v", entries)
	}
}

func TestPackedFolderIsExtractedTheSame(t *testing.T) {
	source, target := t.TempDir(), t.TempDir()
	must(t, os.Mkdir(source+"/data", 0o700))
	must(t, os.WriteFile(source+"/data/wal", make([]byte, 1<<20), 0o600))
	client := serveInProcess(t)
	response, err := client.Get("http://agent/v1/files?path=" + source)
	must(t, err)
	defer response.Body.Close()
	if _, failed := put(t, target, response.Body); failed.Code != "" {
		t.Fatalf("%+v", failed)
	}
	info, err := os.Stat(target + "/data/wal")
	must(t, err)
	if info.Size() != 1<<20 || info.Mode().Perm() != 0o600 {
		t.Fatalf("%+v", info)
	}
}

func TestFileThatShrinksOrGrowsLeavesAWholeArchive(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"shrinks": func(path string) error { return os.Truncate(path, 1<<20) },
		"grows":   func(path string) error { return os.Truncate(path, 100<<20) },
	} {
		root := t.TempDir()
		const size = 32 << 20
		must(t, os.WriteFile(root+"/a", bytes.Repeat([]byte("x"), size), 0o644))
		must(t, os.WriteFile(root+"/b", []byte("after"), 0o644))
		a := startAgent(t)
		response, err := a.client.Get("http://agent/v1/files?path=" + root)
		must(t, err)
		archive := tar.NewReader(response.Body)
		header, err := archive.Next()
		for err == nil && header.Name != "a" {
			header, err = archive.Next()
		}
		must(t, err)
		// The agent is held back by its window, far from the end of the file.
		must(t, change(root+"/a"))
		if length, err := io.Copy(io.Discard, archive); err != nil || length != size {
			t.Fatalf("%s: %d bytes, %v", name, length, err)
		}
		if header, err = archive.Next(); err != nil || header.Name != "b" {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err = archive.Next(); err != io.EOF {
			t.Fatalf("%s: %v", name, err)
		}
		response.Body.Close()
		if name == "shrinks" {
			eventually(t, "the agent says so", func() bool { return strings.Contains(a.stderr.text(), "shrank") })
		}
	}
}

func TestMissingFileIsNotFound(t *testing.T) {
	client := serveInProcess(t)
	for _, request := range []string{"files", "stat", "list"} {
		for _, path := range []string{"/no/such/file", "/etc/passwd/below"} {
			if status, failed := call(t, client, "GET", "/v1/"+request+"?path="+path, nil, nil); status != 404 || failed.Code != "FILE_NOT_FOUND" {
				t.Errorf("%s %s: %d %+v", request, path, status, failed)
			}
		}
		if status, failed := call(t, client, "GET", "/v1/"+request+"?path=relative", nil, nil); status != 400 || failed.Code != "AGENT_PROTOCOL" {
			t.Errorf("%s: %d %+v", request, status, failed)
		}
	}
	if _, failed := call(t, client, "GET", "/v1/files?path=/dev/null", nil, nil); failed.Code != "FILE_FAILED" {
		t.Errorf("%+v", failed)
	}
}

func TestStatFollowsLinksThatLeadSomewhere(t *testing.T) {
	root := t.TempDir()
	must(t, os.WriteFile(root+"/file", []byte("12345"), 0o640))
	must(t, os.Symlink("file", root+"/link"))
	must(t, os.Symlink("nowhere", root+"/dangling"))
	client := serveInProcess(t)
	for path, want := range map[string]fileDetails{
		root + "/file": {Kind: "file", Size: 5, Mode: 0o640},
		root + "/link": {Kind: "file", Size: 5, Mode: 0o640},
		"/dev/null":    {Kind: "other", Mode: 0o666},
	} {
		var got fileDetails
		call(t, client, "GET", "/v1/stat?path="+path, nil, &got)
		want.Path, want.UID, want.GID = path, got.UID, got.GID
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got)
		}
	}
	for path, kind := range map[string]string{root: "folder", root + "/dangling": "link"} {
		var got fileDetails
		if call(t, client, "GET", "/v1/stat?path="+path, nil, &got); got.Kind != kind {
			t.Errorf("%+v", got)
		}
	}
}

func TestStatWithoutFollowingCallsALinkALink(t *testing.T) {
	root := t.TempDir()
	must(t, os.Mkdir(root+"/folder", 0o755))
	must(t, os.WriteFile(root+"/folder/file", nil, 0o644))
	must(t, os.Symlink("folder", root+"/link"))
	client := serveInProcess(t)
	for path, kind := range map[string]string{root + "/link": "link", root + "/folder": "folder", root + "/link/file": "file"} {
		var got fileDetails
		if call(t, client, "GET", "/v1/stat?follow=0&path="+path, nil, &got); got.Kind != kind {
			t.Errorf("%+v", got)
		}
	}
}

func TestListNamesRegularFilesInOrder(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"b/x.test", "b-a/x.test", "a.txt", "b/c/y.test"} {
		must(t, os.MkdirAll(filepath.Dir(root+"/"+name), 0o755))
		must(t, os.WriteFile(root+"/"+name, []byte("x"), 0o644))
	}
	must(t, os.Symlink("b", root+"/linked"))
	must(t, os.Symlink("b/x.test", root+"/z.test"))
	var found []fileDetails
	call(t, serveInProcess(t), "GET", "/v1/list?suffix=.test&path="+root, nil, &found)
	var names []string
	for _, file := range found {
		names = append(names, strings.TrimPrefix(file.Path, root))
	}
	if !reflect.DeepEqual(names, []string{"/b-a/x.test", "/b/c/y.test", "/b/x.test"}) {
		t.Fatalf("%q", names)
	}
	var none []fileDetails
	if call(t, serveInProcess(t), "GET", "/v1/list?path="+t.TempDir(), nil, &none); none == nil || len(none) != 0 {
		t.Fatalf("%+v", none)
	}
}

func TestListTellsWhatGoProgramsAreBuiltFrom(t *testing.T) {
	var found []fileDetails
	call(t, serveInProcess(t), "GET", "/v1/list?build-info=1&path="+url.QueryEscape(os.Args[0]), nil, &found)
	if len(found) != 1 || found[0].Path != os.Args[0] || found[0].Go == nil || !strings.HasPrefix(found[0].Go.Path, "seatrial.dev/agent") ||
		found[0].Go.Module != "seatrial.dev/agent" || found[0].Go.GoVersion != runtime.Version() || found[0].Go.Settings["GOARCH"] != runtime.GOARCH {
		t.Fatalf("%+v %+v", found, found[0].Go)
	}
}

func TestLargeArchivesPassBothWays(t *testing.T) {
	source, target := t.TempDir(), t.TempDir()
	for i := range 200 {
		must(t, os.WriteFile(source+"/"+strconv.Itoa(i), bytes.Repeat([]byte{byte(i), 1}, 200_000), 0o644))
	}
	a := startAgent(t)
	response, err := a.client.Get("http://agent/v1/files?path=" + source)
	must(t, err)
	defer response.Body.Close()
	var written extractAnswer
	call(t, a.client, "PUT", "/v1/files?path="+target, response.Body, &written)
	if written != (extractAnswer{200, 200 * 400_000}) {
		t.Fatalf("%+v", written)
	}
	if took := residentBytes(t, a.cmd.Process.Pid); took > 64<<20 && !raceEnabled {
		t.Fatalf("the agent took %d MiB", took>>20)
	}
}

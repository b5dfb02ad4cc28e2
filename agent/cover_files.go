package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

// largestCounters bounds what is read into memory for redaction; the counters of the largest programs take a few MiB.
const largestCounters = 64 << 20

// profileFile is a finished profile in the wrapper's folder.
type profileFile struct {
	// path is its name in the unit, with its language first.
	path     string
	file     string
	size     int64
	modified time.Time
}

func (p profileFile) isMeta() bool     { return strings.HasPrefix(p.path, "go/covmeta.") }
func (p profileFile) isCounters() bool { return strings.HasPrefix(p.path, "go/covcounters.") }

// hasCounts: tools of Java and LLVM make an empty file at the program's start.
func (p profileFile) hasCounts() bool { return !p.isMeta() && p.size > 0 }

// isSettled reports whether nobody is likely to be writing to it: Go renames finished files to their names, others write in place.
func (p profileFile) isSettled(now time.Time) bool {
	return p.isMeta() || p.isCounters() || now.Sub(p.modified) > 2*time.Second
}

// findProfiles lists finished profiles, those of Go's meta data first.
func findProfiles(folder string, languages []string) []profileFile {
	if folder == "" {
		return nil
	}
	var found []profileFile
	for _, language := range languages {
		entries, _ := os.ReadDir(filepath.Join(folder, language))
		for _, entry := range entries {
			if !utf8.ValidString(entry.Name()) || !coverLanguages[language].isProfile(entry.Name()) {
				continue
			}
			info, err := entry.Info()
			if err != nil || !info.Mode().IsRegular() {
				continue
			}
			found = append(found, profileFile{
				path: path.Join(language, entry.Name()), file: filepath.Join(folder, language, entry.Name()),
				size: info.Size(), modified: info.ModTime(),
			})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].isMeta() && !found[j].isMeta() })
	return found
}

// hasUnfinished reports whether Go began to write a profile and did not end.
func hasUnfinished(folder string) bool {
	unfinished, _ := filepath.Glob(filepath.Join(folder, "go", "tmp.cov*"))
	return len(unfinished) > 0
}

func isFull(folder string) bool {
	var disk syscall.Statfs_t
	return syscall.Statfs(folder, &disk) == nil && disk.Blocks > 0 && disk.Bavail == 0
}

// openedProfile is what is sent of a profile.
type openedProfile struct {
	content io.ReadSeeker
	bytes   int64
	digest  string
	close   func()
}

// openProfile reads a profile for sending; the counters of Go without what is secret in their command line.
func openProfile(p profileFile, redact *redactor) (*openedProfile, error) {
	// Whoever may write to the folder must not have us send other files of this machine.
	file, err := os.OpenFile(p.file, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	opened, err := readProfile(p, file, redact)
	if err != nil {
		file.Close()
	}
	return opened, err
}

func readProfile(p profileFile, file *os.File, redact *redactor) (*openedProfile, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: p.file, Err: errors.New("it is not a file")}
	}
	size := info.Size()
	opened := &openedProfile{content: io.NewSectionReader(file, 0, size), bytes: size, close: func() { file.Close() }}
	if p.isCounters() {
		if err := opened.redactCounters(redact); err != nil {
			return nil, brokenError{err}
		}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, opened.content); err != nil {
		return nil, err
	}
	opened.digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return opened, nil
}

func (o *openedProfile) redactCounters(redact *redactor) error {
	if o.bytes > largestCounters {
		return errors.New("it is too large to be counters")
	}
	content, err := io.ReadAll(o.content)
	if err == nil {
		content, err = redactCounters(content, redact.argv)
	}
	if err != nil {
		return err
	}
	o.content, o.bytes = strings.NewReader(string(content)), int64(len(content))
	return nil
}

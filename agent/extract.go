package main

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// maxPadding is how much may follow the end of an archive: tar programs fill their last block.
const maxPadding = 1 << 20

type extractAnswer struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// serveExtract writes the request's tar below a folder; see protocol/agent.md for what is kept and what is refused.
func serveExtract(w http.ResponseWriter, r *http.Request) {
	path, err := pathOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	written, err := extract(r.Body, path)
	if err != nil {
		fail(w, err)
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, maxPadding)
	answer(w, written)
}

// extraction is one archive on its way into a folder.
type extraction struct {
	target  confined
	written extractAnswer
	// folders get their modes and times last: a read-only folder must still be filled, and filling changes its time.
	folders []folderEntry
}

type folderEntry struct {
	path   string
	header *tar.Header
}

func extract(source io.Reader, path string) (extractAnswer, error) {
	target, err := confineTo(path)
	if err != nil {
		return extractAnswer{}, err
	}
	x := &extraction{target: target}
	archive := tar.NewReader(source)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return extractAnswer{}, fileFailed("the archive for %s is broken: %v", path, err)
		}
		if err := x.entry(header, archive); err != nil {
			return extractAnswer{}, err
		}
	}
	return x.written, x.finishFolders()
}

func (x *extraction) entry(header *tar.Header, content io.Reader) error {
	if header.Typeflag == tar.TypeDir {
		path, err := x.target.folder(header.Name)
		if err != nil {
			return err
		}
		x.folders = append(x.folders, folderEntry{path, header})
		return nil
	}
	write, supported := map[byte]func(string, *tar.Header, io.Reader) error{
		tar.TypeReg:       writeFile,
		tar.TypeGNUSparse: writeFile,
		tar.TypeSymlink:   symbolicLink,
		tar.TypeLink:      x.hardLink,
	}[header.Typeflag]
	if !supported {
		return nil
	}
	path, err := x.target.place(header.Name)
	if err != nil {
		return err
	}
	if err := write(path, header, content); err != nil {
		var known *failure
		if errors.As(err, &known) {
			return known
		}
		return fileFailed("cannot write %s: %s", path, reason(err))
	}
	x.written.Files++
	if header.Typeflag != tar.TypeLink {
		x.written.Bytes += header.Size
	}
	return nil
}

// writeFile writes beside the file's place and renames: whoever reads the old one keeps it.
func writeFile(path string, header *tar.Header, content io.Reader) error {
	beside, err := os.CreateTemp(filepath.Dir(path), ".seatrial-*")
	if err != nil {
		if overwritten := overwrite(path, header, content); !errors.Is(overwritten, fs.ErrNotExist) {
			return overwritten
		}
		return err
	}
	defer beside.Close()
	defer os.Remove(beside.Name())
	if err := fill(beside, header, content); err != nil {
		return err
	}
	err = os.Rename(beside.Name(), path)
	if errors.Is(err, syscall.EBUSY) {
		// A mount point cannot be renamed over.
		written, err := os.Open(beside.Name())
		if err != nil {
			return err
		}
		defer written.Close()
		return overwrite(path, header, written)
	}
	return err
}

func overwrite(path string, header *tar.Header, content io.Reader) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	return fill(file, header, content)
}

func fill(file *os.File, header *tar.Header, content io.Reader) error {
	if err := copySparse(file, content); err != nil {
		return err
	}
	if err := describe(file.Name(), header); err != nil {
		return err
	}
	return file.Close()
}

func symbolicLink(path string, header *tar.Header, _ io.Reader) error {
	if err := removeFile(path); err != nil {
		return err
	}
	if err := os.Symlink(header.Linkname, path); err != nil {
		return err
	}
	return own(path, header)
}

func (x *extraction) hardLink(path string, header *tar.Header, _ io.Reader) error {
	old, err := x.target.place(header.Linkname)
	if err != nil || old == path {
		return err
	}
	if _, err := os.Lstat(old); err != nil {
		return fileFailed("cannot link %s to %s: %s", path, old, reason(err))
	}
	if err := removeFile(path); err != nil {
		return err
	}
	return os.Link(old, path)
}

// finishFolders goes from the last to the first, so that a folder closed to everybody does not hide those within.
func (x *extraction) finishFolders() error {
	for i := len(x.folders) - 1; i >= 0; i-- {
		folder := x.folders[i]
		if err := describe(folder.path, folder.header); err != nil {
			return fileFailed("cannot set mode, owner and time of %s: %s", folder.path, reason(err))
		}
	}
	return nil
}

// describe sets owner, mode and time of a file or folder; in this order, as a change of owner drops the setuid bit.
func describe(path string, header *tar.Header) error {
	if err := own(path, header); err != nil {
		return err
	}
	if err := os.Chmod(path, header.FileInfo().Mode()); err != nil {
		return err
	}
	return os.Chtimes(path, time.Time{}, header.ModTime)
}

func own(path string, header *tar.Header) error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Lchown(path, header.Uid, header.Gid)
}

// removeFile makes room for a link. A folder is not removed.
func removeFile(path string) error {
	if err := syscall.Unlink(path); err != nil && err != syscall.ENOENT {
		return err
	}
	return nil
}

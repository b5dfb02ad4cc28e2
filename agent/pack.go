package main

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
)

// servePack answers with a tar of a file or folder; see protocol/agent.md.
func servePack(w http.ResponseWriter, r *http.Request, logger *log.Logger) {
	path, err := pathOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		fail(w, missingOrFailed(path, err))
		return
	}
	info, err := os.Stat(root)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		err = errors.New("is neither a file nor a folder")
	}
	if err == nil {
		err = readable(root)
	}
	if err != nil {
		fail(w, missingOrFailed(path, err))
		return
	}
	w.Header().Set("Content-Type", "application/x-tar")
	if err := pack(w, root, filepath.Base(path), logger); err != nil {
		logger.Printf("the archive of %s was broken off: %v", path, err)
		// The owner must not take half an archive for a whole one.
		panic(http.ErrAbortHandler)
	}
}

func readable(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return file.Close()
}

// pack fails only when nobody takes the archive. What cannot be read is left out, and said so.
func pack(sink io.Writer, root, fileName string, logger *log.Logger) error {
	buffered := bufio.NewWriterSize(sink, chunkLength)
	archive := tar.NewWriter(buffered)
	var broken error
	walked := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			name := fileName
			if path != root || entry.IsDir() {
				name, err = filepath.Rel(root, path)
			}
			if err == nil {
				err = packEntry(archive, path, name, &broken)
			}
		}
		if broken != nil {
			return broken
		}
		if err != nil {
			logger.Printf("archive of %s: %s: %s", root, path, reason(err))
		}
		return nil
	})
	return errors.Join(walked, archive.Close(), buffered.Flush())
}

// packEntry returns what is wrong with the entry, and sets broken to what is wrong with the archive.
func packEntry(archive *tar.Writer, path, name string, broken *error) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	header := &tar.Header{Name: name, Mode: int64(permissions(info.Mode())), ModTime: info.ModTime()}
	header.Uid, header.Gid = ownerOf(info)
	switch {
	case info.IsDir():
		header.Typeflag = tar.TypeDir
		header.Name += "/"
		*broken = archive.WriteHeader(header)
	case info.Mode().Type() == fs.ModeSymlink:
		header.Typeflag = tar.TypeSymlink
		if header.Linkname, err = os.Readlink(path); err == nil {
			*broken = archive.WriteHeader(header)
		}
	case info.Mode().IsRegular():
		header.Typeflag = tar.TypeReg
		return packFile(archive, path, header, broken)
	}
	return err
}

// packFile promises the size that the file has when it is opened, and keeps the promise whatever happens to the file.
func packFile(archive *tar.Writer, path string, header *tar.Header, broken *error) error {
	// Without blocking, should a pipe have taken its place meanwhile.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	header.Size = info.Size()
	if *broken = archive.WriteHeader(header); *broken != nil {
		return nil
	}
	content := &patientReader{source: file}
	if _, *broken = io.CopyN(archive, content, header.Size); *broken != nil {
		return nil
	}
	return content.problem
}

// patientReader goes on with zeros where its source ends or fails, and remembers that.
type patientReader struct {
	source  io.Reader
	problem error
}

var errShrank = errors.New("shrank while it was read, the rest is zeros")

func (r *patientReader) Read(p []byte) (int, error) {
	if r.problem == nil {
		n, err := r.source.Read(p)
		if n > 0 || err == nil {
			return n, nil
		}
		if r.problem = err; err == io.EOF {
			r.problem = errShrank
		}
	}
	clear(p)
	return len(p), nil
}

// missingOrFailed tells a missing file from one that cannot be used.
func missingOrFailed(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return fileNotFound(path)
	}
	return fileFailed("%s: %s", path, reason(err))
}

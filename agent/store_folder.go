package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
)

// folderDestination stores files below a folder, which is made when the first one comes.
type folderDestination struct{ root string }

func openFolder(path string) (destination, error) {
	root, err := filepath.Abs(path)
	return folderDestination{root}, err
}

func (d folderDestination) put(ctx context.Context, key string, content io.ReadSeeker, _ int64) (err error) {
	path := filepath.Join(d.root, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// Under another name first, so that no reader sees half a file.
	unfinished, err := os.CreateTemp(filepath.Dir(path), ".unfinished-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(unfinished.Name())
		}
	}()
	defer unfinished.Close()
	if _, err := io.Copy(unfinished, readerUntil{ctx, content}); err != nil {
		return err
	}
	if err := unfinished.Chmod(0o644); err != nil {
		return err
	}
	if err := unfinished.Close(); err != nil {
		return err
	}
	return os.Rename(unfinished.Name(), path)
}

// readerUntil reads until ctx ends.
type readerUntil struct {
	ctx    context.Context
	source io.Reader
}

func (r readerUntil) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.source.Read(p)
}

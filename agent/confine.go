package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// confined is a folder that names may not lead out of, neither by ".." nor through symbolic links.
type confined struct{ root string }

// confineTo makes the folder if it is missing.
func confineTo(path string) (confined, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return confined{}, fileFailed("cannot make folder %s: %s", path, reason(err))
	}
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return confined{}, fileFailed("cannot resolve %s: %s", path, reason(err))
	}
	return confined{root}, nil
}

// place is where a name of an archive belongs: a path whose last part may not exist, or be a link that is not to be followed.
func (c confined) place(name string) (string, error) {
	parts, err := c.split(name)
	if err != nil {
		return "", err
	}
	if len(parts) == 0 {
		return "", fileFailed("the archive's entry %q is %s itself and must be a folder", name, c.root)
	}
	last := len(parts) - 1
	parent, err := c.walk(name, parts[:last])
	return filepath.Join(parent, parts[last]), err
}

// folder is the folder of this name, with its parents, made if missing.
func (c confined) folder(name string) (string, error) {
	parts, err := c.split(name)
	if err != nil {
		return "", err
	}
	return c.walk(name, parts)
}

// split takes a leading slash for the folder itself.
func (c confined) split(name string) ([]string, error) {
	relative := filepath.Clean(strings.TrimLeft(name, "/"))
	switch {
	case relative == ".":
		return nil, nil
	case relative == ".." || strings.HasPrefix(relative, "../"):
		return nil, fileFailed("the archive's entry %q leads outside %s", name, c.root)
	}
	return strings.Split(relative, "/"), nil
}

func (c confined) walk(name string, parts []string) (string, error) {
	at := c.root
	for _, part := range parts {
		next := filepath.Join(at, part)
		info, err := os.Lstat(next)
		if errors.Is(err, fs.ErrNotExist) {
			// Another archive may have made it meanwhile.
			if err = os.Mkdir(next, 0o755); err == nil || errors.Is(err, fs.ErrExist) {
				info, err = os.Lstat(next)
			}
		}
		if err == nil && info.Mode().Type() == fs.ModeSymlink {
			if next, err = filepath.EvalSymlinks(next); err == nil {
				info, err = os.Stat(next)
			}
		}
		switch {
		case err != nil:
			return "", fileFailed("cannot place %q: %s: %s", name, next, reason(err))
		case !c.contains(next):
			return "", fileFailed("the archive's entry %q leads outside %s, to %s", name, c.root, next)
		case !info.IsDir():
			return "", fileFailed("cannot place %q: %s is not a folder", name, next)
		}
		at = next
	}
	return at, nil
}

func (c confined) contains(path string) bool {
	return c.root == "/" || path == c.root || strings.HasPrefix(path, c.root+"/")
}

package main

import (
	"debug/buildinfo"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

type fileDetails struct {
	Path string       `json:"path"`
	Kind string       `json:"kind"`
	Size int64        `json:"size"`
	Mode uint32       `json:"mode"`
	UID  int          `json:"uid"`
	GID  int          `json:"gid"`
	Go   *goBuildInfo `json:"go,omitempty"`
}

type goBuildInfo struct {
	Path      string            `json:"path"`
	Module    string            `json:"module"`
	GoVersion string            `json:"goVersion"`
	Settings  map[string]string `json:"settings"`
}

// serveStat follows links, and calls one that leads nowhere a link. With follow=0 a link is what it is.
func serveStat(w http.ResponseWriter, r *http.Request) {
	path, err := pathOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	look := os.Stat
	if r.URL.Query().Get("follow") == "0" {
		look = os.Lstat
	}
	info, err := look(path)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Lstat(path)
	}
	if err != nil {
		fail(w, missingOrFailed(path, err))
		return
	}
	answer(w, detailsOf(path, info))
}

// serveList names every regular file below a folder, without following links on the way.
func serveList(w http.ResponseWriter, r *http.Request) {
	path, err := pathOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	query := r.URL.Query()
	files, err := list(path, query.Get("suffix"), query.Get("build-info") == "1")
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, files)
}

func list(root, suffix string, buildInfo bool) ([]fileDetails, error) {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, missingOrFailed(root, err)
	}
	files := []fileDetails{}
	err = filepath.WalkDir(real, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return missingOrFailed(path, err)
		}
		shown := filepath.Join(root, strings.TrimPrefix(path, real))
		if !entry.Type().IsRegular() || !strings.HasSuffix(shown, suffix) {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			// It vanished since its folder was read.
			return nil
		}
		details := detailsOf(shown, info)
		if buildInfo {
			details.Go = buildInfoOf(path)
		}
		files = append(files, details)
		return nil
	})
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	return files, err
}

func detailsOf(path string, info fs.FileInfo) fileDetails {
	details := fileDetails{Path: path, Kind: "other", Size: info.Size(), Mode: permissions(info.Mode())}
	details.UID, details.GID = ownerOf(info)
	switch {
	case info.Mode().IsRegular():
		details.Kind = "file"
	case info.IsDir():
		details.Kind = "folder"
	case info.Mode().Type() == fs.ModeSymlink:
		details.Kind = "link"
	}
	return details
}

// permissions are a mode's permission bits as Unix numbers them.
func permissions(mode fs.FileMode) uint32 {
	bits := uint32(mode.Perm())
	for flag, bit := range map[fs.FileMode]uint32{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if mode&flag != 0 {
			bits |= bit
		}
	}
	return bits
}

func ownerOf(info fs.FileInfo) (uid, gid int) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid), int(stat.Gid)
	}
	return 0, 0
}

// buildInfoOf is what a Go executable says about itself, or nil.
func buildInfoOf(path string) *goBuildInfo {
	found, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil
	}
	info := &goBuildInfo{found.Path, found.Main.Path, found.GoVersion, map[string]string{}}
	for _, setting := range found.Settings {
		info.Settings[setting.Key] = setting.Value
	}
	return info
}

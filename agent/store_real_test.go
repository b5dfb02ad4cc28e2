package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Real storage is written to when the environment names it: the files below the folder SEATRIAL_STORE_FOLDER are put to the
// address SEATRIAL_STORE, with the credentials of the environment. coverage/remote/remote.contract.test.ts reads them back.
func TestRealStorageTakesFiles(t *testing.T) {
	address, folder := os.Getenv("SEATRIAL_STORE"), os.Getenv("SEATRIAL_STORE_FOLDER")
	if address == "" {
		return
	}
	store, err := openDestination(address, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		key, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return err
		}
		return store.put(context.Background(), filepath.ToSlash(key), file, info.Size())
	})
	if err != nil {
		t.Fatalf("temporary: %v: %v", temporary(err), err)
	}
}

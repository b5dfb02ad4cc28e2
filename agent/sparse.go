package main

import (
	"bytes"
	"io"
	"os"
)

// copySparse copies all of source into an empty file and leaves long runs of zeros out: databases keep files full of
// zeros, and a file system in memory should not hold them.
func copySparse(file *os.File, source io.Reader) error {
	buffer := make([]byte, chunkLength)
	zeros := make([]byte, chunkLength)
	var size int64
	for {
		n, err := io.ReadFull(source, buffer)
		if n == chunkLength && bytes.Equal(buffer, zeros) {
			if _, err := file.Seek(chunkLength, io.SeekCurrent); err != nil {
				return err
			}
		} else if _, err := file.Write(buffer[:n]); err != nil {
			return err
		}
		size += int64(n)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			// A hole at the end is only there once the size says so.
			return file.Truncate(size)
		}
		if err != nil {
			return err
		}
	}
}

package main

import (
	"bufio"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// findWorkingDir makes the working directory absolute and makes sure that it is one.
func findWorkingDir(dir string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", processNotStarted("the agent has no working directory: %v", err)
	}
	switch info, err := os.Stat(absolute); {
	case errors.Is(err, fs.ErrNotExist):
		return "", processNotStarted("working directory %s does not exist", absolute)
	case err != nil:
		return "", processNotStarted("working directory %s: %v", absolute, reason(err))
	case !info.IsDir():
		return "", processNotStarted("working directory %s is not a directory", absolute)
	}
	return absolute, nil
}

// findExecutable resolves a command's first word: a path relative to dir when it has a slash, else a name in path.
func findExecutable(word, path, dir string) (string, error) {
	if strings.Contains(word, "/") {
		found := word
		if !filepath.IsAbs(found) {
			found = filepath.Join(dir, found)
		}
		if problem := executableProblem(found); problem != "" {
			return "", processNotStarted("cannot start %q: %s", word, problem)
		}
		return found, nil
	}
	problem := "executable not found in $PATH (" + path + ")"
	for _, entry := range filepath.SplitList(path) {
		if !filepath.IsAbs(entry) {
			entry = filepath.Join(dir, entry)
		}
		candidate := filepath.Join(entry, word)
		switch executableProblem(candidate) {
		case "":
			return candidate, nil
		case noPermission:
			problem = candidate + ": " + noPermission
		}
	}
	return "", processNotStarted("cannot start %q: %s", word, problem)
}

const noPermission = "permission denied: it is not executable"

func executableProblem(path string) string {
	switch info, err := os.Stat(path); {
	case err != nil:
		return reason(err)
	case info.IsDir():
		return "is a directory"
	case info.Mode()&0o111 == 0:
		return noPermission
	}
	return ""
}

// explainStart turns what the kernel said into what is wrong: its numbers do not tell a missing file from a missing interpreter.
func explainStart(err error, path string, spec processSpec, dir string) error {
	errno, isErrno := err.(syscall.Errno)
	if !isErrno {
		return processNotStarted("cannot start %q: %v", spec.Argv[0], err)
	}
	why := errno.Error()
	switch errno {
	case syscall.ENOENT:
		if interpreter := interpreterOf(path); interpreter != "" {
			why = fmt.Sprintf("%s needs %s, which does not exist in this image", path, interpreter)
		}
	case syscall.ENOEXEC:
		why = formatProblem(path)
	case syscall.EACCES:
		why = fmt.Sprintf("permission denied for %s or its directory %s (user %q, or a file system mounted noexec)", path, dir, spec.User)
	case syscall.EPERM, syscall.EINVAL:
		if spec.User != "" || len(spec.GroupAdd) > 0 {
			why = fmt.Sprintf("cannot become user %q: %v (the container lacks the capability SETUID or SETGID, or the id is not mapped)", spec.User, errno)
		}
	case syscall.E2BIG:
		why = "its arguments and environment are too long for the kernel"
	case syscall.EAGAIN:
		why = "the container's limit of processes is reached"
	}
	return processNotStarted("cannot start %q: %s", spec.Argv[0], why)
}

// interpreterOf names the program that a script or a dynamically linked executable needs in order to start.
func interpreterOf(path string) string {
	if program, err := elf.Open(path); err == nil {
		defer program.Close()
		for _, segment := range program.Progs {
			if segment.Type == elf.PT_INTERP {
				name := make([]byte, min(segment.Filesz, 4096))
				n, _ := segment.ReadAt(name, 0)
				return strings.TrimRight(string(name[:n]), "\x00")
			}
		}
		return ""
	}
	script, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer script.Close()
	line, _ := bufio.NewReaderSize(script, 256).ReadSlice('\n')
	first, isScript := strings.CutPrefix(strings.TrimRight(string(line), "\n"), "#!")
	if words := strings.Fields(first); isScript && len(words) > 0 {
		if strings.HasSuffix(first, "\r") {
			return fmt.Sprintf("%q (its first line ends with CR LF)", words[0]+"\r")
		}
		return words[0]
	}
	return ""
}

func formatProblem(path string) string {
	if program, err := elf.Open(path); err == nil {
		defer program.Close()
		machine := strings.ToLower(strings.TrimPrefix(program.Machine.String(), "EM_"))
		return fmt.Sprintf("%s is built for %s, this container runs on %s", path, machine, runtime.GOARCH)
	}
	return path + " is neither a program nor a script with a #! line"
}

// reason is an error without the operation and path that the message around it already names.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "does not exist"
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

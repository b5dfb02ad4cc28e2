package main

import (
	"os"
	"syscall"
)

// stdio is what a process reads and writes, seen from both sides.
type stdio struct {
	// theirs are the process's descriptors 0, 1 and 2, closed on our side once it runs.
	theirs []*os.File
	// input is our end of its stdin, nil for /dev/null.
	input   *os.File
	outputs []output
	// terminal is set when all three are one terminal.
	terminal *os.File
}

// output is our end of a pipe or terminal, and what its bytes are called.
type output struct {
	kind frameKind
	file *os.File
}

func openStdioFor(spec processSpec, user identity) (s *stdio, err error) {
	s = &stdio{}
	defer func() {
		if err != nil {
			s.close()
			s = nil
		}
	}()
	if spec.Terminal != nil {
		master, slave, err := openTerminal(*spec.Terminal)
		if err != nil {
			return s, err
		}
		s.terminal, s.input = master, master
		s.outputs = []output{{frameStdout, master}}
		s.theirs = []*os.File{slave, slave, slave}
	} else if err := s.openPipes(spec); err != nil {
		return s, err
	}
	if user.switched {
		// So that the process can open /dev/stdout and its likes by name.
		for _, file := range s.theirs {
			_ = file.Chown(int(user.uid), -1)
		}
	}
	return s, nil
}

func (s *stdio) openPipes(spec processSpec) error {
	if spec.Stdin {
		theirs, ours, err := openPipe(1)
		if err != nil {
			return err
		}
		s.theirs, s.input = append(s.theirs, theirs), ours
	} else {
		nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		s.theirs = append(s.theirs, nothing)
	}
	kinds := []frameKind{frameStdout, frameStderr}
	if spec.MergeOutput {
		kinds = kinds[:1]
	}
	for _, kind := range kinds {
		theirs, ours, err := openPipe(0)
		if err != nil {
			return err
		}
		s.theirs, s.outputs = append(s.theirs, theirs), append(s.outputs, output{kind, ours})
	}
	if spec.MergeOutput {
		s.theirs = append(s.theirs, s.theirs[1])
	}
	return nil
}

// openPipe keeps end `our` (0 reads, 1 writes) pollable for the agent. The process's end blocks, as programs expect.
func openPipe(our int) (theirs, ours *os.File, err error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	theirs = os.NewFile(uintptr(ends[1-our]), "pipe")
	ours, err = pollable(ends[our], "pipe")
	if err != nil {
		theirs.Close()
		syscall.Close(ends[our])
		return nil, nil, err
	}
	return theirs, ours, nil
}

func (s *stdio) descriptors() []uintptr {
	var fds []uintptr
	for _, file := range s.theirs {
		fds = append(fds, file.Fd())
	}
	return fds
}

func (s *stdio) closeTheirs() {
	for _, file := range s.theirs {
		file.Close()
	}
}

// close ends what the process might still read or write. Closing a file twice is harmless.
func (s *stdio) close() {
	s.closeTheirs()
	if s.input != nil {
		s.input.Close()
	}
	for _, output := range s.outputs {
		output.file.Close()
	}
}

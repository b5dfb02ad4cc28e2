package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// openTerminal makes a pseudo terminal and returns the agent's end, ready for polling, and the process's end.
func openTerminal(size terminalSize) (master *os.File, slave *os.File, err error) {
	fd, err := syscall.Open("/dev/ptmx", syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("/dev/ptmx: %w", err)
	}
	master = os.NewFile(uintptr(fd), "/dev/ptmx")
	defer func() {
		if err != nil {
			master.Close()
		}
	}()
	var number, unlocked uint32
	if err = ioctl(fd, syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked)); err != nil {
		return nil, nil, fmt.Errorf("unlock of the terminal: %w", err)
	}
	if err = ioctl(fd, syscall.TIOCGPTN, unsafe.Pointer(&number)); err != nil {
		return nil, nil, fmt.Errorf("number of the terminal: %w", err)
	}
	if err = resizeTerminal(master, size); err != nil {
		return nil, nil, err
	}
	path := "/dev/pts/" + strconv.FormatUint(uint64(number), 10)
	end, err := syscall.Open(path, syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return master, os.NewFile(uintptr(end), path), nil
}

func resizeTerminal(terminal *os.File, size terminalSize) error {
	window := struct{ rows, columns, x, y uint16 }{rows: size.Rows, columns: size.Columns}
	return control(terminal, func(fd int) error {
		return ioctl(fd, syscall.TIOCSWINSZ, unsafe.Pointer(&window))
	})
}

// waitingBytes is how much can be read from a pipe or terminal at once; 0 when unknown.
func waitingBytes(file *os.File) int {
	var count int32
	_ = control(file, func(fd int) error {
		return ioctl(fd, syscall.TIOCINQ, unsafe.Pointer(&count))
	})
	return int(count)
}

// control uses a file's descriptor without making it blocking, and not after it was closed.
func control(file *os.File, use func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var used error
	if err := raw.Control(func(fd uintptr) { used = use(int(fd)) }); err != nil {
		return err
	}
	return used
}

func ioctl(fd int, request uintptr, argument unsafe.Pointer) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(argument)); errno != 0 {
		return errno
	}
	return nil
}

package main

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// signalNames are Linux's, which amd64 and arm64 share.
var signalNames = map[syscall.Signal]string{
	1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1",
	11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 16: "STKFLT", 17: "CHLD", 18: "CONT", 19: "STOP", 20: "TSTP",
	21: "TTIN", 22: "TTOU", 23: "URG", 24: "XCPU", 25: "XFSZ", 26: "VTALRM", 27: "PROF", 28: "WINCH", 29: "IO", 30: "PWR", 31: "SYS",
}

const (
	firstRealTimeSignal = 34
	lastSignal          = 64
)

// parseSignal takes `TERM`, `SIGTERM`, `15` and `RTMIN+3`, in either case.
func parseSignal(text string) (syscall.Signal, error) {
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	for sig, known := range signalNames {
		if name == known {
			return sig, nil
		}
	}
	offset := 0
	if rest, realTime := strings.CutPrefix(name, "RTMIN"); realTime {
		name, offset = strings.TrimPrefix(rest, "+"), firstRealTimeSignal
		if rest == "" {
			name = "0"
		}
	}
	if number, err := strconv.ParseUint(name, 10, 8); err == nil && number+uint64(offset) > 0 && number+uint64(offset) <= lastSignal {
		return syscall.Signal(int(number) + offset), nil
	}
	return 0, protocolError{fmt.Sprintf("there is no signal %q", text)}
}

func signalName(sig syscall.Signal) string {
	if name, known := signalNames[sig]; known {
		return name
	}
	if sig >= firstRealTimeSignal {
		return fmt.Sprintf("RTMIN+%d", int(sig)-firstRealTimeSignal)
	}
	return strconv.Itoa(int(sig))
}

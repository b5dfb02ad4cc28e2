package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// oomKills counts how often the kernel killed something of this container for memory; 0 when it does not tell.
func oomKills() int64 {
	for _, path := range memoryEventFiles("/proc/self/cgroup", "/sys/fs/cgroup") {
		if count, found := readCounter(path, "oom_kill"); found {
			return count
		}
	}
	return 0
}

// memoryEventFiles lists where the count may be: cgroup v2 and v1, each under the process's own path
// (the host's cgroup namespace) and at the root (the container's own).
func memoryEventFiles(self, root string) []string {
	var paths []string
	file, err := os.Open(self)
	if err == nil {
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			fields := strings.SplitN(lines.Text(), ":", 3)
			switch {
			case len(fields) < 3:
			case fields[0] == "0":
				paths = append(paths, filepath.Join(root, fields[2], "memory.events"))
			case fields[1] == "memory":
				paths = append(paths, filepath.Join(root, "memory", fields[2], "memory.oom_control"))
			}
		}
	}
	return append(paths, filepath.Join(root, "memory.events"), filepath.Join(root, "memory/memory.oom_control"))
}

func readCounter(path, name string) (int64, bool) {
	file, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if value, found := strings.CutPrefix(lines.Text(), name+" "); found {
			count, err := strconv.ParseInt(value, 10, 64)
			return count, err == nil
		}
	}
	return 0, false
}

// preferForOutOfMemory lets the kernel choose this process before the agent, which would take the whole container with it.
func preferForOutOfMemory(pid int) {
	_ = os.WriteFile(filepath.Join("/proc", strconv.Itoa(pid), "oom_score_adj"), []byte("500"), 0)
}

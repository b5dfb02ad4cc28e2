package main

import (
	"os"
	"sort"
	"strings"
)

// defaultPath is where engines look for executables when an image says nothing.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment is a process's environment.
type environment map[string]string

// processEnvironment lays the spec's variables over the agent's own, and completes them as engines do.
func processEnvironment(spec processSpec, user identity) (environment, error) {
	env := environment{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	// The engine gave the agent its own user's home; a home that the image chose is another matter.
	if user.switched && env["HOME"] == ownHome() {
		delete(env, "HOME")
	}
	for name, value := range spec.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return nil, processNotStarted("the environment variable %q cannot be set: '=' or a zero byte in it", name)
		}
		env[name] = value
	}
	env.setDefault("HOME", user.home)
	if spec.Terminal != nil {
		env.setDefault("TERM", "xterm")
	}
	return env, nil
}

func (e environment) setDefault(name, value string) {
	if _, set := e[name]; !set {
		e[name] = value
	}
}

func (e environment) path() string {
	if path, set := e["PATH"]; set {
		return path
	}
	return defaultPath
}

// list is the environment as the kernel takes it, sorted.
func (e environment) list() []string {
	entries := make([]string, 0, len(e))
	for name, value := range e {
		entries = append(entries, name+"="+value)
	}
	sort.Strings(entries)
	return entries
}

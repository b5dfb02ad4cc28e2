package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// nodeHook writes Node's coverage when a signal ends a program, which Node itself does not. It is that of runs: see
// `packages/seatrial/src/coverage/collect/node-hook.ts`.
//
//go:embed node_hook.cjs
var nodeHook []byte

// nodeHookName is its file in the folder of a boot. Readers of profiles know the name, and leave the file out of reports.
const nodeHookName = ".hooks/node.cjs"

// writeNodeHook puts the hook into the folder of a boot, for any user to read: Node ends programs that cannot load it.
func writeNodeHook(folder string) error {
	path := filepath.Join(folder, nodeHookName)
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, nodeHook, 0o644); err != nil {
		return err
	}
	for place, mode := range map[string]os.FileMode{folder: 0o755, filepath.Dir(path): 0o755, path: 0o644} {
		// The umask may have taken more than the hook can bear.
		if err := os.Chmod(place, mode); err != nil {
			return err
		}
	}
	return nil
}

// wantsNodeHook: a program under Node's permission model may not read the hook, and would not start with it.
func (s coverSettings) wantsNodeHook(getenv func(string) string) bool {
	isConfined := func(word string) bool {
		return strings.Contains(word, "--permission") || strings.Contains(word, "--experimental-permission")
	}
	return s.nodeHook && slices.Contains(s.languages, "node") && !isConfined(getenv("NODE_OPTIONS")) && !slices.ContainsFunc(s.argv, isConfined)
}

// nodeVariables load the hook before anything else that is loaded by NODE_OPTIONS, if it is there and the program will find it there.
func nodeVariables(folder string, s coverSettings, getenv func(string) string) map[string]string {
	variables := map[string]string{"NODE_V8_COVERAGE": folder}
	hook := filepath.Join(filepath.Dir(folder), nodeHookName)
	if s.wantsNodeHook(getenv) && isWithinReach(hook) {
		variables["NODE_OPTIONS"] = strings.TrimSpace("--require=" + quoteNodeOption(hook) + " " + getenv("NODE_OPTIONS"))
	}
	return variables
}

// isWithinReach reports whether the program can read a file of ours. Who is root may become somebody else before Node starts.
func isWithinReach(path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	for place := filepath.Dir(path); os.Getuid() == 0; place = filepath.Dir(place) {
		if info, err := os.Stat(place); err != nil || info.Mode()&0o001 == 0 {
			return false
		}
		if place == filepath.Dir(place) {
			break
		}
	}
	return true
}

func quoteNodeOption(path string) string {
	if !strings.ContainsAny(path, " \"\\") {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}

func parseOnOff(text string, into *bool) error {
	if text != "on" && text != "off" {
		return fmt.Errorf("%q is neither on nor off", text)
	}
	*into = text == "on"
	return nil
}

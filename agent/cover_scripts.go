package main

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Limits of what is sent along with profiles of Node.
const (
	largestNodeProfile = 64 << 20
	largestScript      = 20 << 20
	mostScripts        = 5000
	// scriptTail is where a script names its source map.
	scriptTail = 8 << 10
)

// scriptExtensions keep a profile, which others may be able to write, from naming just any file of the machine.
var scriptExtensions = []string{".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".map"}

var sourceMapName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^//[#@] ?sourceMappingURL=(\S+)\s*$`)
})

// findScripts lists the program's own scripts that profiles of Node are about, and their source maps: where the unit is read,
// the program's files are out of reach. Those of installed packages are left out.
func findScripts(profiles []profileFile) []profileFile {
	var found []profileFile
	seen := map[string]bool{}
	add := func(place string) {
		if seen[place] || !isOwnScript(place) || len(found) == mostScripts {
			return
		}
		seen[place] = true
		if info, err := os.Lstat(place); err == nil && info.Mode().IsRegular() && info.Size() <= largestScript {
			found = append(found, profileFile{path: "sources" + place, file: place, size: info.Size(), modified: info.ModTime()})
		}
	}
	for _, p := range profiles {
		if !strings.HasPrefix(p.path, "node/") || p.size > largestNodeProfile {
			continue
		}
		for _, script := range scriptsIn(p) {
			add(script)
			if named := sourceMapOf(script); named != "" {
				add(named)
			}
		}
	}
	return found
}

func isOwnScript(place string) bool {
	return path.IsAbs(place) && path.Clean(place) == place && slices.Contains(scriptExtensions, path.Ext(place)) &&
		!strings.Contains(place, "/node_modules/") && !strings.HasSuffix(place, "/"+nodeHookName) && !strings.ContainsAny(place, "\x00\\") && len(place) < 800
}

// scriptsIn are the files that a profile names.
func scriptsIn(p profileFile) (scripts []string) {
	file, err := os.OpenFile(p.file, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer file.Close()
	var profile struct {
		Result []struct {
			URL string `json:"url"`
		} `json:"result"`
	}
	// A broken one is for its reader to complain about.
	_ = json.NewDecoder(io.LimitReader(file, largestNodeProfile)).Decode(&profile)
	for _, script := range profile.Result {
		if address, err := url.Parse(script.URL); err == nil && address.Scheme == "file" {
			scripts = append(scripts, address.Path)
		}
	}
	return scripts
}

// sourceMapOf is the file that a script names as its source map; empty for none, and for one that is in the script itself.
func sourceMapOf(script string) string {
	if !isOwnScript(script) {
		return ""
	}
	file, err := os.OpenFile(script, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return ""
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	start := max(0, info.Size()-scriptTail)
	tail, _ := io.ReadAll(io.NewSectionReader(file, start, scriptTail))
	named := sourceMapName().FindAllSubmatch(tail, -1)
	if len(named) == 0 {
		return ""
	}
	address, err := url.Parse(string(named[len(named)-1][1]))
	if err != nil || address.Scheme != "" || address.Host != "" {
		return ""
	}
	if path.IsAbs(address.Path) {
		return path.Clean(address.Path)
	}
	return path.Join(path.Dir(script), address.Path)
}

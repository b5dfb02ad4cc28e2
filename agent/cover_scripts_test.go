package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestScriptsOfNodeAndTheirMapsAreSentAlong(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"app/main.js":                "x\n//# sourceMappingURL=maps/main.js.map\n",
		"app/maps/main.js.map":       "{}",
		"app/inline.mjs":             "//# sourceMappingURL=data:application/json;base64,e30=\n",
		"app/a b.cjs":                strings.Repeat("long line\n", 10_000) + "//# sourceMappingURL=/etc/passwd",
		"app/node_modules/x/main.js": "",
		"app/passwd":                 "",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", root+"/app/link.js"); err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, name := range []string{
		"main.js", "main.js", "inline.mjs?v=1", "a%20b.cjs", "node_modules/x/main.js", "passwd", "link.js", "missing.js", "../app/main.js",
	} {
		urls = append(urls, `{"scriptId":"1","url":"file://`+root+"/app/"+name+`","functions":[]}`)
	}
	profile := `{"result":[` + strings.Join(append(urls, `{"url":"node:fs"}`, `{"url":"https://host/x.js"}`), ",") + `]}`
	u := runCover(t, coverCase{
		flags: []string{"--languages", "node"}, argv: []string{"sh", "-c", `printf %s "$0" > "$NODE_V8_COVERAGE/coverage-1-1-0.json"; echo "{" > "$NODE_V8_COVERAGE/coverage-2-1-0.json"`, profile},
	})
	u.wantCode(0)
	var sent []string
	for _, file := range u.wantProblems("").Files {
		sent = append(sent, strings.Replace(file.Path, root, "", 1))
	}
	want := []string{
		"node/coverage-1-1-0.json", "node/coverage-2-1-0.json", "sources/app/a b.cjs", "sources/app/inline.mjs", "sources/app/main.js", "sources/app/maps/main.js.map",
	}
	if !slices.Equal(sent, want) {
		t.Errorf("%q", sent)
	}
}

package main

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// Only a package that is packed has the agent for every platform: to build it for another one compiles the standard library once more.
func TestItFitsTheOtherPlatform(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	must(t, err)
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	before := build.Default
	defer func() { build.Default = before }()
	build.Default.GOROOT, build.Default.GOARCH, build.Default.CgoEnabled = strings.TrimSpace(string(root)), other, false
	here, err := build.Default.ImportDir(".", 0)
	must(t, err)
	var files []*ast.File
	places := token.NewFileSet()
	for _, name := range here.GoFiles {
		file, err := parser.ParseFile(places, name, nil, 0)
		must(t, err)
		files = append(files, file)
	}
	settings := types.Config{Importer: importer.ForCompiler(places, "source", nil), Sizes: types.SizesFor("gc", other)}
	if _, err := settings.Check("main", places, files, nil); err != nil {
		t.Errorf("linux/%s: %v", other, err)
	}
}

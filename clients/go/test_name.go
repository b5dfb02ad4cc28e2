package space

import (
	"path"
	"runtime/debug"
	"strings"
)

// testName is how people find a test of this process: `internal/orders.TestRefund/twice`. Without a test it is the package.
func testName(test string) string {
	info, isKnown := debug.ReadBuildInfo()
	if !isKnown {
		return test
	}
	return qualify(test, strings.TrimSuffix(info.Path, ".test"), info.Main.Path)
}

// qualify puts the package before the test, without the module, whose name says nothing to those who work in it.
func qualify(test, pkg, module string) string {
	short, isInside := strings.CutPrefix(pkg, module+"/")
	switch {
	case pkg == module:
		short = path.Base(module)
	case !isInside:
		short = pkg
	}
	return strings.Trim(short+"."+test, ".")
}

// The agent is the first process of every container of a run: it does what its owner asks over its stdin and stdout,
// and ends with it. It decides nothing by itself and knows nothing of engines, suites or services.
package main

import (
	"fmt"
	"os"
	"runtime"
)

// version is set by build.sh.
var version = "0.0.0-dev"

const usage = `usage: agent serve | version

serve    answers the protocol of protocol/agent.md on stdin and stdout until they end
version  prints the agent's version and platform
`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	switch os.Args[1] {
	case "serve":
		os.Exit(serve())
	case "version":
		fmt.Printf("seatrial agent %s, protocol %d, %s/%s\n", version, protocolVersion, runtime.GOOS, runtime.GOARCH)
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}

// The agent is the first process of every container of a run: it does what its owner asks over its stdin and stdout,
// and ends with it. It decides nothing by itself and knows nothing of engines, suites or services. Elsewhere, as
// `agent cover`, it starts a program in its place and brings the program's coverage to storage.
package main

import (
	"fmt"
	"os"
	"runtime"
)

// version is set by build.sh.
var version = "0.0.0-dev"

const usage = `usage: agent serve [--lent=CAPABILITY,…] | cover [flags] -- app args… | version

serve    answers the protocol of protocol/agent.md on stdin and stdout until they end; processes have none of the
         capabilities that are lent
cover    runs a program, and sends its coverage to storage; see agent cover --help
version  prints the agent's version and platform
`

func main() {
	command := ""
	if len(os.Args) == 2 || (len(os.Args) > 2 && os.Args[1] == "cover") || (len(os.Args) == 3 && os.Args[1] == "serve") {
		command = os.Args[1]
	}
	switch command {
	case "serve":
		os.Exit(serve(os.Args[2:]))
	case "cover":
		os.Exit(cover(os.Args[2:]))
	case "version":
		fmt.Printf("seatrial agent %s, protocol %d, %s/%s\n", version, protocolVersion, runtime.GOOS, runtime.GOARCH)
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}

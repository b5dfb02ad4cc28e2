package main

const coverUsage = `usage: agent cover [flags] -- app args…
       agent cover [flags] --watch FOLDER

Runs the program as if it stood here: the same environment (and the variables that say where profiles go), stdin, stdout,
stderr, signals and exit code. Its coverage is sent to storage: what does not change as soon as it is there, the rest when
the program ends. The program runs also when nothing can be sent; one line on stderr says what was, at its end.

Each flag can be given as an environment variable instead: --to as SEATRIAL_COVER_TO, --java-agent as SEATRIAL_COVER_JAVA_AGENT.

  --to URL          where to: s3://bucket/prefix, gs://bucket/prefix, az://account/container/prefix, https://host/path
                    (by PUT), or a folder. Without it nothing is sent
  --run NAME        what the profiles are pulled by, such as the pipeline's id. Default: default
  --service NAME    names the program. Default: its file name
  --instance NAME   tells copies of a service apart. Default: the host name
  --source NAME     which source the profiles count for. Default: the service
  --commit ID       the git commit that the program was built from. Default: what a Go program says of itself
  --languages LIST  of go, python, node, llvm, java: sets GOCOVERDIR, COVERAGE_FILE, NODE_V8_COVERAGE,
                    LLVM_PROFILE_FILE, JAVA_TOOL_OPTIONS. Default: go
  --node-hook on|off  programs of Node load a file of ours by NODE_OPTIONS, which writes their profiles when SIGTERM or SIGINT
                    ends them and they do not listen. Default: on; never with Node's --permission, which forbids it
  --java-agent JAR  the path of jacocoagent.jar, which Java needs
  --folder PATH     where profiles wait until they are sent; each start gets a folder of its own in it.
                    Default: the first of /tmp, TMPDIR, /dev/shm, /var/tmp and the working directory that can be written
  --flush TIME      also send what is there each TIME while the program runs, such as 30s. The program itself must
                    write it: in Go by runtime/coverage.WriteCountersDir, built with -covermode=atomic
  --budget TIME     how long the end may take in all. Default: 10s, as Cloud Run gives; Kubernetes gives 30s.
                    A second SIGTERM shortens it
  --share PERCENT   the program's own part of the budget: after it the program is killed. At most 90%.
                    Default: 60%
  --summary FILE    writes what was sent, and what was not and why, as JSON
  --watch FOLDER    runs no program, but sends what one elsewhere leaves in FOLDER/go, FOLDER/node and so on, until SIGTERM:
                    for a container beside it, such as a sidecar of Kubernetes. Then it waits for the program's share of
                    the budget, or until profiles come, if there were none before. FOLDER is not emptied; a note in it
                    lets the next start go on with the same unit
  --help            prints this

The end begins with SIGTERM, and with SIGINT and SIGQUIT where no terminal is; all signals reach the program unchanged, except
those that the Go runtime needs itself (CHLD, URG, PIPE). As first process of a container the wrapper reaps orphans, and when
the program ends it asks the rest to end by SIGTERM, so that their profiles are sent too.

Values that look secret are replaced in the command line before it leaves the machine: those of flags and environment variables
with names such as token, secret, password or key, and users and passwords in URLs. A secret that follows a flag like -p
cannot be told from other words: give such secrets by the environment.

Exit code: the program's own; 128 and the signal's number when a signal ended it. 127 when there is no such program, 126 when it
cannot be started, 2 when none is named.

Examples:

  ENTRYPOINT ["/seatrial-agent", "cover", "--", "/server"]
  with SEATRIAL_COVER_TO=s3://coverage/shop and SEATRIAL_COVER_RUN=$CI_PIPELINE_ID in the deployment's environment

  agent cover --to https://files.example.com/coverage --run nightly --budget 25s -- /server --port 8080
  agent cover --to gs://coverage --languages go,node --flush 1m -- /start.sh
  agent cover --to s3://coverage/shop --service orders --watch /profiles
  agent cover --to /mnt/coverage --summary /tmp/coverage.json -- ./server
`

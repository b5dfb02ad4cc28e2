package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

const (
	receiveWindowPerStream = 4 << 20
	receiveWindow          = 16 << 20
	maxRequests            = 1000

	// endGrace is how long processes may take to end when the agent itself is told to.
	endGrace = 5 * time.Second
	// reportGrace is how long their exits may then take to reach the owner.
	reportGrace = 2 * time.Second
)

// liveness bounds how long an owner behind a half-open connection goes unmissed: after this silence it is asked whether
// it is still there, and then has this long to answer.
type liveness struct{ silence, answer time.Duration }

var usualLiveness = liveness{silence: 20 * time.Second, answer: 40 * time.Second}

// serve answers the owner until the connection or the agent ends, ends every process, and returns the exit code.
func serve(arguments []string) int {
	logger := log.New(os.Stderr, "seatrial agent: ", 0)
	for _, argument := range arguments {
		lent, err := parseLent(argument)
		if err != nil {
			logger.Print(err)
			return 2
		}
		children.lent = lent
	}
	conn, err := openStdio()
	if err != nil {
		logger.Printf("cannot use stdin and stdout: %v", err)
		return 1
	}
	// It waits and copies, a few bytes at a time: threads that wake each other for that cost more than the work itself.
	runtime.GOMAXPROCS(1)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT)
	// A write to a connection that is gone is an error for its writer, not the end of the agent.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	children.watch()
	server := newServer(logger, usualLiveness)
	exitCode := make(chan int)
	go endOnSignal(signals, server, exitCode)

	err = server.Serve(newOneConnection(conn))
	if errors.Is(err, http.ErrServerClosed) {
		return <-exitCode
	}
	children.killAll()
	return 0
}

func newServer(logger *log.Logger, alive liveness) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:   routes(logger),
		Protocols: protocols,
		ErrorLog:  logger,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          maxRequests,
			MaxReceiveBufferPerStream:     receiveWindowPerStream,
			MaxReceiveBufferPerConnection: receiveWindow,
			SendPingTimeout:               alive.silence,
			PingTimeout:                   alive.answer,
		},
	}
}

// endOnSignal passes the first signal on to the processes, lets their exits reach the owner, and sends the exit code.
// The second one ends the agent at once.
func endOnSignal(signals <-chan os.Signal, server *http.Server, exitCode chan<- int) {
	code := 128 + int((<-signals).(syscall.Signal))
	go func() {
		<-signals
		children.killAll()
		os.Exit(code)
	}()
	children.endAll(endGrace)
	ctx, cancel := context.WithTimeout(context.Background(), reportGrace)
	defer cancel()
	_ = server.Shutdown(ctx)
	children.killAll()
	exitCode <- code
}

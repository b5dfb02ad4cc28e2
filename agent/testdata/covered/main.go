// The program that the tests of the wrapper put behind it: its first argument says what it does.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/coverage"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	argument := ""
	if len(os.Args) > 2 {
		argument = os.Args[2]
	}
	switch os.Args[1] {
	case "exit":
		code, _ := strconv.Atoi(argument)
		os.Exit(code)
	case "die":
		number, _ := strconv.Atoi(argument)
		signal.Reset()
		_ = syscall.Kill(os.Getpid(), syscall.Signal(number))
		select {}
	case "wait":
		end := make(chan os.Signal, 1)
		signal.Notify(end, syscall.SIGTERM)
		fmt.Println("ready")
		<-end
		if delay, err := time.ParseDuration(argument); err == nil {
			time.Sleep(delay)
		}
	case "helpless":
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "ignore":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "signals":
		tellSignals()
	case "cat":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "env":
		fmt.Println(strings.Join(os.Environ(), "\n"))
	case "where":
		directory, _ := os.Getwd()
		fmt.Println(directory, strings.Join(os.Args[2:], " "))
	case "fork":
		fork(argument)
	case "linger":
		// Ends some time after whoever started it.
		end := make(chan os.Signal, 1)
		signal.Notify(end, syscall.SIGTERM)
		<-end
		time.Sleep(200 * time.Millisecond)
	case "snapshots":
		snapshots()
	case "panic":
		panic("on purpose")
	}
}

func tellSignals() {
	caught := make(chan os.Signal, 100)
	signal.Notify(caught)
	fmt.Println("ready")
	for sig := range caught {
		number := int(sig.(syscall.Signal))
		if sig == syscall.SIGURG {
			continue
		}
		fmt.Println("caught", number)
		if sig == syscall.SIGTERM {
			return
		}
	}
}

// fork starts children: some end at once, and as many outlive this program.
func fork(argument string) {
	count, _ := strconv.Atoi(argument)
	for range count {
		_ = exec.Command(os.Args[0], "exit", "0").Run()
		_ = exec.Command(os.Args[0], "linger").Start()
	}
	// So that those who linger listen to signals.
	time.Sleep(300 * time.Millisecond)
}

func snapshots() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	fmt.Println("ready")
	for {
		select {
		case <-end:
			return
		case <-time.After(100 * time.Millisecond):
			if err := coverage.WriteCountersDir(os.Getenv("GOCOVERDIR")); err != nil {
				fmt.Println(err)
			}
		}
	}
}

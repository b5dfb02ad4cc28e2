package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// repeatedAfter tells a second request to end from one that was sent to the wrapper twice.
	repeatedAfter = 300 * time.Millisecond
	// secondRequest and secondShare are what is left after the second request to end: for all, and for the program.
	secondRequest = 3 * time.Second
	secondShare   = time.Second
	// lastMoment is how long the summary may wait for a stderr that nobody reads.
	lastMoment = 500 * time.Millisecond
)

// cover runs a program as if it stood here, and brings its profiles to storage; it returns the exit code.
// Trouble with coverage is said, and never the program's.
func cover(args []string) int {
	settings, complaints, err := readCoverSettings(args, os.Getenv)
	if errors.Is(err, errHelp) {
		fmt.Print(coverUsage)
		return 0
	}
	redact := newRedactor(os.Environ())
	if err != nil {
		for _, complaint := range append(complaints, err.Error()) {
			say(redact.text(complaint))
		}
		fmt.Fprint(os.Stderr, "usage: agent cover [flags] -- app args…; see agent cover --help\n")
		return 2
	}
	w := &wrapper{settings: settings, redact: redact, life: newLifetime(), terminal: findTerminal(), complaints: complaints}
	if settings.watch != "" {
		return w.watch()
	}
	return w.run()
}

// wrapper stands in front of one program.
type wrapper struct {
	settings coverSettings
	redact   *redactor
	life     *lifetime
	terminal *sharedTerminal
	// app is nil when a program is watched that others run.
	app *coveredApp
	// complaints are about settings.
	complaints []string
	// folder is empty when none could be made; why is among the problems then.
	folder   string
	problems []unitProblem

	// told is when the program was first told to end, repeated how often that was said again.
	told, toldLast time.Time
	repeated       int
}

func (w *wrapper) run() int {
	began := time.Now()
	boot := newBoot(began)
	env := os.Environ()
	if folder, err := makeCoverFolder(w.settings, boot, os.Getenv); err == nil {
		w.folder = folder
		env = coveredEnvironment(env, folder, w.settings, os.Getenv)
	} else {
		w.problems = append(w.problems, folderNotWritable(err, os.Getuid()))
	}
	signals := catchSignals(w.terminal)
	app, code, err := startApp(w.settings.argv, env, w.terminal)
	if err != nil {
		say(err.Error())
		w.removeFolder()
		return code
	}
	w.app = app
	c := w.startCourier(boot, app.started)
	w.waitForApp(signals)
	summary := w.deliver(c, signals)
	w.conclude(summary)
	return app.endLike()
}

func (w *wrapper) startCourier(boot string, started time.Time) *courier {
	for _, complaint := range w.complaints {
		go say(w.redact.text(complaint))
	}
	return startCourier(&courier{
		settings: w.settings, folder: w.folder, life: w.life, redact: w.redact, getenv: os.Getenv, unit: w.newUnit(boot, started),
	})
}

func (w *wrapper) newUnit(boot string, started time.Time) unitManifest {
	hostname, _ := os.Hostname()
	workingDir, _ := os.Getwd()
	return unitManifest{
		Version: 1, Boot: boot, StartedAt: unitTime(started), Argv: w.redact.argv(w.settings.argv), WorkingDir: workingDir,
		Run:      unitName(w.settings.run, "default"),
		Service:  unitName(w.settings.program(), "app"),
		Instance: unitName(w.settings.instance, unitName(hostname, "unknown")),
		Source:   w.settings.source, Commit: w.settings.commit,
		Files: []unitFile{}, Problems: w.problems,
	}
}

// waitForApp passes signals on until the program has ended, and kills it when it takes longer than its share.
func (w *wrapper) waitForApp(signals <-chan os.Signal) {
	kill := newAlarm()
	defer kill.Stop()
	for {
		select {
		case <-w.app.exited:
			return
		case caught := <-signals:
			sig := caught.(syscall.Signal)
			w.app.forward(sig)
			if w.asksToEnd(sig) {
				kill.Reset(w.toldToEnd())
			}
		case <-kill.C:
			w.app.kill()
		case <-w.life.ctx.Done():
			// Not even killing helped.
			return
		}
	}
}

// newAlarm is a timer that is not set.
func newAlarm() *time.Timer {
	alarm := time.NewTimer(time.Hour)
	alarm.Stop()
	return alarm
}

// asksToEnd tells the signals that platforms end containers with. At a terminal, interrupts are the program's own matter.
func (w *wrapper) asksToEnd(sig syscall.Signal) bool {
	return sig == syscall.SIGTERM || (!w.terminal.present && (sig == syscall.SIGINT || sig == syscall.SIGQUIT))
}

// toldToEnd begins the end, or shortens it, and returns how long the program still has.
func (w *wrapper) toldToEnd() time.Duration {
	now := time.Now()
	if w.told.IsZero() {
		w.told, w.toldLast = now, now
		w.life.endWithin(w.sending())
	} else if now.Sub(w.toldLast) > repeatedAfter {
		w.toldLast = now
		w.repeated++
	}
	switch w.repeated {
	case 0:
	case 1:
		w.life.endWithin(secondRequest)
		return time.Until(w.toldLast.Add(min(secondShare, w.share())))
	default:
		w.life.endWithin(lastMoment)
		return 0
	}
	return time.Until(w.told.Add(w.share()))
}

// sending is the budget without what the wrapper needs for its own end: platforms kill on time.
func (w *wrapper) sending() time.Duration { return w.settings.budget * 19 / 20 }

func (w *wrapper) share() time.Duration {
	return time.Duration(float64(w.settings.budget) * w.settings.share)
}

// deliver sends what is there within what is left of the budget, which begins now when nobody asked for the end.
func (w *wrapper) deliver(c *courier, signals <-chan os.Signal) coverSummary {
	told := w.told
	w.life.endWithin(w.sending())
	delivered := make(chan coverSummary, 1)
	go func() {
		if w.app != nil {
			w.app.settle(w.life, min(stragglerGrace, w.share()), !told.IsZero())
		}
		end := w.endOf(told)
		delivered <- c.summarize(end, c.finish(end))
	}()
	over := w.life.ctx.Done()
	for {
		select {
		case summary := <-delivered:
			return summary
		case caught := <-signals:
			sig := caught.(syscall.Signal)
			if w.asksToEnd(sig) {
				w.toldToEnd()
			} else if sig == syscall.SIGINT {
				// Nobody but the wrapper can be meant now.
				w.life.endWithin(lastMoment)
			}
		case <-over:
			select {
			case summary := <-delivered:
				return summary
			case <-time.After(w.settings.budget / 40):
				// A sender does not even hear that the time is over.
				return c.summarize(w.endOf(told), errNoAnswer)
			}
		}
	}
}

func (w *wrapper) endOf(told time.Time) unitEnd {
	end := unitEnd{at: time.Now()}
	found := coverEnd{service: w.settings.program(), how: "is said to have ended", folder: w.folder, languages: w.settings.languages}
	if w.app != nil {
		found.how, found.saysCover = w.app.describeEnd(told), buildSetting(w.settings.argv[0], "-cover") == "true"
		if end.exit = w.app.exitOf(); end.exit != nil {
			end.at = w.app.ended
		}
		found.suddenly = end.exit == nil || end.exit.Signal != nil
	}
	found.at = end.at
	end.problems = append(slices.Clone(w.problems), diagnose(found)...)
	return end
}

// conclude says what became of the profiles, and removes them unless some are only here.
func (w *wrapper) conclude(summary coverSummary) {
	if summary.Folder == "" {
		w.removeFolder()
	}
	line := summary.line()
	if w.settings.summary != "" {
		if err := summary.write(w.settings.summary); err != nil {
			line += fmt.Sprintf("; the summary is not written: %v", err)
		}
	}
	say(line)
}

func (w *wrapper) removeFolder() {
	if w.folder != "" && w.settings.watch == "" {
		_ = os.RemoveAll(w.folder)
	}
}

// say writes a line to stderr, which may be a pipe that nobody reads.
func say(line string) {
	said := make(chan struct{})
	go func() {
		defer close(said)
		_, _ = os.Stderr.WriteString("seatrial cover: " + strings.TrimSpace(line) + "\n")
	}()
	select {
	case <-said:
	case <-time.After(lastMoment):
	}
}

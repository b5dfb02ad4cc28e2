package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// lastMoment is how long the summary may wait for a stderr that nobody reads.
const lastMoment = 500 * time.Millisecond

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
	w.find = func() []profileFile { return findProfiles(w.folder, w.settings.languages) }
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
	// find lists the finished profiles of the folder. It lies on a volume that may hang: at the end nobody waits for it.
	find func() []profileFile

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
	c := w.startCourier(w.newUnit(boot, app.started), false)
	w.waitForApp(signals)
	summary := w.deliver(c, signals)
	w.conclude(summary)
	return app.endLike()
}

func (w *wrapper) startCourier(unit unitManifest, resumed bool) *courier {
	for _, complaint := range w.complaints {
		go say(w.redact.text(complaint))
	}
	return startCourier(&courier{
		settings: w.settings, folder: w.folder, find: w.find, life: w.life, redact: w.redact, getenv: os.Getenv, unit: unit, resumed: resumed,
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

// conclude says what became of the profiles, and removes them unless some are only here. A volume that hangs does not hold it up.
func (w *wrapper) conclude(summary coverSummary) {
	line := summary.line()
	concluded := make(chan string, 1)
	go func() {
		trouble := ""
		if w.settings.summary != "" {
			if err := summary.write(w.settings.summary); err != nil {
				trouble = fmt.Sprintf("; the summary is not written: %v", err)
			}
		}
		if summary.Folder == "" {
			w.removeFolder()
		}
		concluded <- trouble
	}()
	select {
	case trouble := <-concluded:
		line += trouble
	case <-time.After(max(w.life.left(), lastMoment)):
		line += "; the volume of the profiles or of the summary does not answer"
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

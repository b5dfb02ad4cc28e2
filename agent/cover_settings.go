package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// coverSettings are what `agent cover` is told: by flags, else by environment variables named SEATRIAL_COVER_<FLAG>.
type coverSettings struct {
	// to is the destination. Default: none, which is said.
	to string
	// run is what the profiles are pulled by. Default: "default".
	run string
	// service names the program. Default: the file name of the program.
	service string
	// instance tells copies of a service apart. Default: the host name.
	instance string
	// source is which source the profiles count for. Default: the service, which readers know.
	source string
	// commit is what the program was built from. Default: what its Go build information says.
	commit string
	// folder holds the profiles until they are sent. Default: a new one below the first place that can be written.
	folder string
	// languages are those whose variables the program is given. Default: go.
	languages []string
	// javaAgent is the path of jacocoagent.jar.
	javaAgent string
	// nodeHook says that programs of Node load what writes their coverage when a signal ends them. Default: on.
	nodeHook bool
	// flush is how often profiles are sent while the program runs. Default: 0, at its end only.
	flush time.Duration
	// budget is how long the end may take, from SIGTERM (or the program's own end) on. Default: 10 s.
	budget time.Duration
	// share is how much of the budget is the program's own. Default: 0.6.
	share float64
	// summary is a file for the summary as JSON. Default: none.
	summary string
	// watch is a folder that a program elsewhere writes its profiles to, instead of one that is started here.
	watch string

	argv []string
}

// program is what the program is called.
func (s coverSettings) program() string {
	switch {
	case s.service != "":
		return s.service
	case len(s.argv) == 0:
		return "app"
	}
	return path.Base(s.argv[0])
}

// errHelp says that the usage was asked for, errNoApp that there is nothing to run.
var (
	errHelp  = errors.New("help")
	errNoApp = errors.New("there is no program to run")
)

// readCoverSettings takes what it can of flags and environment: a wrong setting is a complaint, and its default holds.
// It fails only when it is certain that no program is to be run.
func readCoverSettings(args []string, getenv func(string) string) (s coverSettings, complaints []string, err error) {
	s = coverSettings{run: "default", languages: []string{"go"}, nodeHook: true, budget: 10 * time.Second, share: 0.6}
	flags := s.flags()
	flags.VisitAll(func(f *flag.Flag) {
		name := "SEATRIAL_COVER_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value := getenv(name); value != "" {
			if err := f.Value.Set(value); err != nil {
				complaints = append(complaints, fmt.Sprintf("%s is not understood: %v", name, err))
			}
		}
	})
	own, app, marked := cutApp(args)
	words, wrong, err := parseSome(flags, own)
	complaints = append(complaints, wrong...)
	switch {
	case err != nil:
		return s, complaints, err
	case len(wrong) > 0 && !marked && s.watch == "":
		// Which word is the program cannot be known.
		return s, complaints, errNoApp
	case len(wrong) > 0 || len(words) == 0:
		s.argv = app
	case marked:
		// A program stood before the mark, which is the program's own.
		s.argv = args[len(own)-len(words):]
	default:
		s.argv = words
	}
	switch hasApp := len(s.argv) > 0 && s.argv[0] != ""; {
	case !hasApp && s.watch == "":
		return s, complaints, errNoApp
	case hasApp && s.watch != "":
		complaints = append(complaints, "--watch is for a program that runs elsewhere, and is not heeded: there is one to run here")
		s.watch = ""
	}
	return s, complaints, nil
}

// cutApp splits at the first `--`.
func cutApp(args []string) (own, app []string, marked bool) {
	at := slices.Index(args, "--")
	if at < 0 {
		return args, nil, false
	}
	return args[:at], args[at+1:], true
}

// parseSome goes on behind a flag that is wrong, and returns the words that follow when none was.
func parseSome(flags *flag.FlagSet, args []string) (words, wrong []string, err error) {
	for {
		err := flags.Parse(args)
		args = flags.Args()
		switch {
		case errors.Is(err, flag.ErrHelp):
			return nil, wrong, errHelp
		case err != nil:
			wrong = append(wrong, err.Error())
		case len(wrong) == 0:
			return args, nil, nil
		case len(args) == 0:
			return nil, wrong, nil
		}
		for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
			args = args[1:]
		}
	}
}

func (s *coverSettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("cover", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	for name, text := range map[string]*string{
		"to": &s.to, "run": &s.run, "service": &s.service, "instance": &s.instance, "source": &s.source, "commit": &s.commit,
		"folder": &s.folder, "java-agent": &s.javaAgent, "summary": &s.summary, "watch": &s.watch,
	} {
		flags.StringVar(text, name, *text, "")
	}
	flags.Func("languages", "", func(text string) (err error) {
		s.languages, err = parseLanguages(text)
		return err
	})
	flags.Func("node-hook", "", func(text string) error { return parseOnOff(text, &s.nodeHook) })
	flags.Func("flush", "", func(text string) error { return parseDuration(text, 0, &s.flush) })
	flags.Func("budget", "", func(text string) error { return parseDuration(text, time.Second, &s.budget) })
	flags.Func("share", "", func(text string) error { return parseShare(text, &s.share) })
	return flags
}

func parseLanguages(text string) ([]string, error) {
	names := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
	for _, name := range names {
		if _, known := coverLanguages[name]; !known {
			return []string{"go"}, fmt.Errorf("%q is not one of %s", name, strings.Join(languageNames(), ", "))
		}
	}
	if len(names) == 0 {
		return []string{"go"}, errors.New("no language is named")
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func parseDuration(text string, least time.Duration, into *time.Duration) error {
	duration, err := time.ParseDuration(text)
	if err != nil || duration < least {
		return fmt.Errorf("%q is not a time such as 30s, of at least %v", text, least)
	}
	*into = duration
	return nil
}

func parseShare(text string, into *float64) error {
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(percent >= 1 && percent <= 90) {
		return fmt.Errorf("%q is not a share such as 60%%, from 1%% to 90%%", text)
	}
	*into = percent / 100
	return nil
}

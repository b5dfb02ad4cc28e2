package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// coverEnd is what is known of the program when its profiles are looked at.
type coverEnd struct {
	service string
	// saysCover says that it is a Go program that knows that it was built with coverage.
	saysCover bool
	// how is how it ended, to follow its name.
	how string
	at  time.Time
	// suddenly says that nothing in the program ran at its end.
	suddenly bool
	folder   string
	// languages are those that it was told to leave profiles for.
	languages []string
}

// diagnose says why profiles are missing that should be among those that were found.
func diagnose(end coverEnd, found []profileFile) []unitProblem {
	if end.folder == "" {
		return nil
	}
	var missing []unitProblem
	switch {
	case len(found) > 0:
		missing = notFlushed(end, found)
	case end.saysCover:
		missing = []unitProblem{nothingWritten(end)}
	default:
		missing = []unitProblem{notBuilt(end)}
	}
	if isFull(end.folder) && (len(missing) > 0 || hasUnfinished(end.folder)) {
		return []unitProblem{{
			"COVERAGE_FOLDER_FULL",
			fmt.Sprintf("%s could not write its profiles whole: the disk of %s is full.", end.service, end.folder),
			"Name another folder with --folder, such as a volume.",
		}}
	}
	return missing
}

func notBuilt(end coverEnd) unitProblem {
	var hints []string
	for _, language := range end.languages {
		hints = append(hints, coverLanguages[language].build)
	}
	return unitProblem{
		"COVERAGE_NOT_BUILT",
		fmt.Sprintf("%s %s and left no profile: it is not built with coverage (%s).", end.service, end.how, strings.Join(end.languages, ", ")),
		strings.Join(hints, " "),
	}
}

func nothingWritten(end coverEnd) unitProblem {
	return unitProblem{
		"COVERAGE_NOT_FLUSHED",
		fmt.Sprintf("%s is built with coverage and %s, but nothing is in %s.", end.service, end.how, end.folder),
		"Did it end before it began, become a user who may not write there, or start with another GOCOVERDIR?",
	}
}

// notFlushed finds meta data without counters, and counters that are older than a sudden end.
func notFlushed(end coverEnd, found []profileFile) []unitProblem {
	newest := map[string]time.Time{}
	metas := 0
	for _, p := range found {
		if !p.isMeta() && !p.isCounters() {
			continue
		}
		hash := strings.Split(p.path, ".")[1]
		at := newest[hash]
		if p.isMeta() {
			metas++
		} else if p.modified.After(at) {
			at = p.modified
		}
		newest[hash] = at
	}
	without := 0
	var last time.Time
	for _, at := range newest {
		if at.IsZero() {
			without++
		}
		if at.After(last) {
			last = at
		}
	}
	hint := "Let it return from main on SIGTERM, or give it more time with --budget and --share."
	switch {
	case without == metas && metas > 0:
		return []unitProblem{{"COVERAGE_NOT_FLUSHED", fmt.Sprintf("%s %s before it wrote its counters: only meta data is there.", end.service, end.how), hint}}
	case without > 0:
		return []unitProblem{{"COVERAGE_NOT_FLUSHED", fmt.Sprintf("%d of the %d programs of %s wrote no counters: they did not end by themselves.", without, metas, end.service), hint}}
	case end.suddenly && metas > 0 && end.at.Sub(last) > time.Second:
		return []unitProblem{{"COVERAGE_NOT_FLUSHED", fmt.Sprintf("%s %s: its counters are those of %v before.", end.service, end.how, end.at.Sub(last).Round(time.Second)), hint}}
	}
	return nil
}

func folderNotWritable(why error, uid int) unitProblem {
	return unitProblem{
		"COVERAGE_FOLDER_NOT_WRITABLE",
		fmt.Sprintf("No folder for profiles can be written by user %d: %v.", uid, why),
		"Name another one with --folder, such as a volume.",
	}
}

func notSentProblem(paths []string, why string) unitProblem {
	return unitProblem{
		"COVERAGE_NOT_SENT",
		fmt.Sprintf("%d files were not sent, such as %s: %s.", len(paths), paths[0], strings.TrimSuffix(why, ".")),
		"Give the end more time with --budget, or send while the program runs with --flush.",
	}
}

func brokenProfile(path string, why error) unitProblem {
	return unitProblem{"COVERAGE_PROFILE_INVALID", fmt.Sprintf("%s was not sent: %v.", path, why), ""}
}

// brokenError is about a profile that cannot be sent because of what is in it.
type brokenError struct{ why error }

func (e brokenError) Error() string { return e.why.Error() }

func isBroken(err error) bool { return errors.As(err, new(brokenError)) }

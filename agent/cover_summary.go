package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// coverSummary says what was sent, and what was not and why.
type coverSummary struct {
	// Destination is without users, passwords and queries.
	Destination string `json:"destination"`
	Unit        string `json:"unit"`
	// Complete says that everything that was written is at the destination, with its manifest.
	Complete bool          `json:"complete"`
	Sent     []unitFile    `json:"sent"`
	NotSent  []notSentFile `json:"notSent"`
	Problems []unitProblem `json:"problems"`
	Exit     *unitExit     `json:"exit"`
	// Folder is where profiles were left that were not sent; empty when there are none.
	Folder string `json:"folder"`
	// EndMilliseconds is how long the wrapper took from the program's end to its own.
	EndMilliseconds int64 `json:"endMilliseconds"`
}

type notSentFile struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

// summarize tells of the profiles that were found; manifest is why there is none at the destination.
func (c *courier) summarize(end unitEnd, found []profileFile, manifest error) coverSummary {
	missing := c.notSent(found)
	c.mu.Lock()
	defer c.mu.Unlock()
	unit := c.manifest()
	s := coverSummary{
		Destination: describeAddress(c.settings.to), Unit: unit.key(), Complete: manifest == nil && len(missing) == 0,
		Sent: unit.Files, NotSent: []notSentFile{}, Problems: unit.Problems, Exit: end.exit,
		EndMilliseconds: time.Since(end.at).Milliseconds(),
	}
	for path, why := range missing {
		s.NotSent = append(s.NotSent, notSentFile{path, c.redact.text(why.Error())})
	}
	slices.SortFunc(s.NotSent, func(a, b notSentFile) int { return strings.Compare(a.Path, b.Path) })
	if unit.EndedAt == "" {
		s.Problems = append([]unitProblem{}, end.problems...)
	}
	if manifest != nil {
		s.NotSent = append(s.NotSent, notSentFile{"manifest.json", c.redact.text(manifest.Error())})
	}
	if !s.Complete && len(found) > 0 {
		s.Folder = c.folder
	}
	return s
}

// line is the summary for people.
func (s coverSummary) line() string {
	var text strings.Builder
	var bytes int64
	for _, file := range s.Sent {
		bytes += file.Bytes
	}
	switch {
	case s.Complete:
		fmt.Fprintf(&text, "sent %d files, %s, to %s/%s", len(s.Sent), describeBytes(bytes), s.Destination, s.Unit)
	case s.Destination == "":
		fmt.Fprintf(&text, "sent nothing: %v", errNoDestination)
	default:
		fmt.Fprintf(&text, "sent %d of %d files to %s/%s", len(s.Sent), len(s.Sent)+len(s.NotSent), s.Destination, s.Unit)
		fmt.Fprintf(&text, "; %s was not sent: %s", s.NotSent[0].Path, s.NotSent[0].Why)
	}
	for _, problem := range s.Problems {
		if problem.Code != "COVERAGE_NOT_SENT" {
			fmt.Fprintf(&text, "; %s %s", problem.Message, problem.Hint)
		}
	}
	if s.Folder != "" {
		fmt.Fprintf(&text, "; profiles are left in %s", s.Folder)
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

func (s coverSummary) write(path string) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(content, '\n'), 0o644)
}

func describeBytes(count int64) string {
	switch {
	case count >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(count)/(1<<20))
	case count >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(count)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", count)
}

// describeAddress is a destination without what may be secret: its user, and all that follows a question mark.
func describeAddress(address string) string {
	address, _, _ = strings.Cut(address, "?")
	if scheme, rest, isURL := strings.Cut(address, "://"); isURL {
		host, path, hasPath := strings.Cut(rest, "/")
		host = host[strings.LastIndex(host, "@")+1:]
		if hasPath {
			host += "/" + path
		}
		address = scheme + "://" + host
	}
	return strings.TrimRight(address, "/")
}

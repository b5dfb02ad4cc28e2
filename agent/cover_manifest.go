package main

import (
	"path"
	"time"
)

// unitManifest is manifest.json of a unit; see protocol/coverage-unit.md.
type unitManifest struct {
	Version    int           `json:"version"`
	Run        string        `json:"run"`
	Service    string        `json:"service"`
	Instance   string        `json:"instance"`
	Boot       string        `json:"boot"`
	Source     string        `json:"source,omitempty"`
	Commit     string        `json:"commit,omitempty"`
	StartedAt  string        `json:"startedAt"`
	EndedAt    string        `json:"endedAt,omitempty"`
	Exit       *unitExit     `json:"exit,omitempty"`
	Argv       []string      `json:"argv"`
	WorkingDir string        `json:"workingDir"`
	Files      []unitFile    `json:"files"`
	Problems   []unitProblem `json:"problems"`
}

type unitExit struct {
	Code   *int    `json:"code"`
	Signal *string `json:"signal"`
}

type unitFile struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	Digest string `json:"digest"`
}

// unitProblem says what did not go well. Codes are public and never change meaning.
type unitProblem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// key is where the unit lies in its destination.
func (m *unitManifest) key() string { return path.Join("run", m.Run, m.Service, m.Instance, m.Boot) }

func unitTime(at time.Time) string {
	return at.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)
}

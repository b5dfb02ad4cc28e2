package space

import "strings"

// Error says why a space could not be had, given back or kept.
type Error struct {
	// Code is one of the broker's (protocol/broker.md), SPACE_BROKER_MISSING or BROKER_UNREACHABLE. Codes never change meaning.
	Code string `json:"code"`
	// Message says what failed.
	Message string `json:"message"`
	// Hint is the next thing to try.
	Hint string `json:"hint"`
	// Log has the last lines of what failed, such as a migration.
	Log   []string `json:"log"`
	cause error
}

// Error has everything, one thing a line.
func (e *Error) Error() string {
	lines := []string{e.Message + " (" + e.Code + ")"}
	if e.Hint != "" {
		lines = append(lines, e.Hint)
	}
	for _, line := range e.Log {
		lines = append(lines, "  "+line)
	}
	return strings.Join(lines, "\n")
}

func (e *Error) Unwrap() error { return e.cause }

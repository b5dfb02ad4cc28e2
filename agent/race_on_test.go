//go:build race

package main

// raceEnabled says that the race detector multiplies memory.
const raceEnabled = true

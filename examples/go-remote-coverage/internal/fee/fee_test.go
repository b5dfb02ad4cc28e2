package fee

import (
	"testing"
	"time"
)

func TestOf(t *testing.T) {
	for _, stay := range []struct {
		name  string
		time  time.Duration
		cents int
	}{
		{"turning round", 10 * time.Minute, 0},
		{"an hour that has begun", 11 * time.Minute, 250},
		{"three hours", 3 * time.Hour, 750},
		{"most of a day", 20 * time.Hour, 1800},
		{"two days and an hour", 49 * time.Hour, 3850},
	} {
		t.Run(stay.name, func(t *testing.T) {
			if cents := Of(stay.time); cents != stay.cents {
				t.Errorf("%d cents, not %d", cents, stay.cents)
			}
		})
	}
}

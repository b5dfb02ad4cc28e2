// Package garage knows which cars are in, and since when.
package garage

import (
	"errors"
	"sync"
	"time"

	"example.com/parkly/internal/fee"
)

var (
	ErrFull    = errors.New("the garage is full")
	ErrInside  = errors.New("this car is inside already")
	ErrOutside = errors.New("this car is not inside")
)

// Garage is safe for use by several goroutines.
type Garage struct {
	places int
	now    func() time.Time

	mutex sync.Mutex
	since map[string]time.Time
}

func New(places int, now func() time.Time) *Garage {
	return &Garage{places: places, now: now, since: map[string]time.Time{}}
}

// Enter lets a car in.
func (g *Garage) Enter(plate string) error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if _, inside := g.since[plate]; inside {
		return ErrInside
	}
	if len(g.since) >= g.places {
		return ErrFull
	}
	g.since[plate] = g.now()
	return nil
}

// Leave lets a car out, and says what its stay costs in cents. Without a ticket nobody knows how long it was.
func (g *Garage) Leave(plate string, ticket bool) (int, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	since, inside := g.since[plate]
	if !inside {
		return 0, ErrOutside
	}
	delete(g.since, plate)
	if !ticket {
		return fee.Lost(), nil
	}
	return fee.Of(g.now().Sub(since)), nil
}

// Free says how many places are left.
func (g *Garage) Free() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.places - len(g.since)
}

package garage

import (
	"errors"
	"testing"
	"time"
)

// clock stands still until it is told to go on.
type clock struct{ time time.Time }

func (c *clock) now() time.Time { return c.time }

func (c *clock) pass(time time.Duration) { c.time = c.time.Add(time) }

func TestAStayIsPaidByItsTime(t *testing.T) {
	clock := &clock{}
	garage := New(1, clock.now)
	if err := garage.Enter("B-XY 1"); err != nil {
		t.Fatal(err)
	}
	clock.pass(90 * time.Minute)
	if cents, err := garage.Leave("B-XY 1", true); cents != 500 || err != nil {
		t.Errorf("%d cents, %v", cents, err)
	}
	if free := garage.Free(); free != 1 {
		t.Errorf("%d places are free", free)
	}
}

func TestACarThatIsInsideCannotEnter(t *testing.T) {
	garage := New(2, time.Now)
	if err := garage.Enter("B-XY 1"); err != nil {
		t.Fatal(err)
	}
	if err := garage.Enter("B-XY 1"); !errors.Is(err, ErrInside) {
		t.Errorf("%v", err)
	}
}

func TestACarThatIsNotInsideCannotLeave(t *testing.T) {
	if _, err := New(1, time.Now).Leave("B-XY 1", true); !errors.Is(err, ErrOutside) {
		t.Errorf("%v", err)
	}
}

//go:build !integration

package policy

import (
	"errors"
	"testing"
	"time"
)

func TestALimitThatForbidsEverythingIsRefused(t *testing.T) {
	for _, limit := range []Limit{{}, {Most: 1}, {Window: time.Second}, {Most: -1, Window: time.Second}} {
		if err := limit.Check(); !errors.Is(err, ErrNoLimit) {
			t.Errorf("%+v: got %v, want ErrNoLimit", limit, err)
		}
	}
}

func TestMomentsOfOneWindowShareABucket(t *testing.T) {
	limit := Limit{Most: 1, Window: time.Minute}
	start := time.Unix(1_700_000_040, 0)
	if limit.bucket(start) != limit.bucket(start.Add(59*time.Second)) {
		t.Error("one window has two buckets")
	}
	if limit.bucket(start) == limit.bucket(start.Add(61*time.Second)) {
		t.Error("two windows share a bucket")
	}
}

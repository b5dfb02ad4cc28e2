//go:build integration

package store

import (
	"errors"
	"testing"
	"time"

	"example.com/linkly/internal/link"
	"example.com/linkly/internal/redistest"
)

func TestASavedLinkIsFound(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	store := New(client, prefix, 0)
	saved, _ := link.New("https://example.com/a")
	if err := store.Save(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	found, err := store.Find(t.Context(), saved.Code)
	if err != nil || found != saved {
		t.Fatalf("got %v, %v; want %v", found, err, saved)
	}
}

func TestAnUnknownCodeIsNotFound(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	if _, err := New(client, prefix, 0).Find(t.Context(), "nothing"); !errors.Is(err, ErrNotFound) {
		t.Fatalf("got %v, want ErrNotFound", err)
	}
}

func TestACodeIsNeverGivenToAnotherAddress(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	store := New(client, prefix, 0)
	first := link.Link{Code: "collide", Address: "https://example.com/first"}
	second := link.Link{Code: "collide", Address: "https://example.com/second"}
	if err := store.Save(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := store.Save(t.Context(), second); !errors.Is(err, ErrTaken) {
		t.Fatalf("got %v, want ErrTaken", err)
	}
	if found, _ := store.Find(t.Context(), "collide"); found != first {
		t.Fatalf("the first link was replaced by %v", found)
	}
}

func TestSavingAgainRenewsItsLife(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	store := New(client, prefix, time.Hour)
	saved, _ := link.New("https://example.com/renewed")
	if err := store.Save(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	client.Expire(t.Context(), store.key(saved.Code), time.Minute)
	if err := store.Save(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	left, err := client.TTL(t.Context(), store.key(saved.Code)).Result()
	if err != nil || left < 59*time.Minute {
		t.Fatalf("it lives for %v (%v), want an hour", left, err)
	}
}

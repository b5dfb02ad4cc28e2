// Package store keeps links in Redis.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/linkly/internal/link"
)

// ErrNotFound says that no link has this code.
var ErrNotFound = errors.New("no such link")

// ErrTaken says that the code stands for another address already.
var ErrTaken = errors.New("the code is taken by another address")

// Store keeps links below a key prefix.
type Store struct {
	client *redis.Client
	prefix string
	ttl    time.Duration
}

// New gives a store whose keys begin with prefix and whose links live for ttl; 0 is forever.
func New(client *redis.Client, prefix string, ttl time.Duration) *Store {
	return &Store{client: client, prefix: prefix, ttl: ttl}
}

func (s *Store) key(code string) string { return s.prefix + "link:" + code }

// Save keeps a link. Saving it again is fine and renews its life; another address under the same code is ErrTaken.
func (s *Store) Save(ctx context.Context, l link.Link) error {
	created, err := s.client.SetNX(ctx, s.key(l.Code), l.Address, s.ttl).Result()
	if err != nil {
		return fmt.Errorf("save %s: %w", l.Code, err)
	}
	if created {
		return nil
	}
	held, err := s.Find(ctx, l.Code)
	if err != nil {
		return err
	}
	if held.Address != l.Address {
		return ErrTaken
	}
	if s.ttl > 0 {
		return s.client.Expire(ctx, s.key(l.Code), s.ttl).Err()
	}
	return nil
}

// Find gives the link of a code, or ErrNotFound.
func (s *Store) Find(ctx context.Context, code string) (link.Link, error) {
	address, err := s.client.Get(ctx, s.key(code)).Result()
	if errors.Is(err, redis.Nil) {
		return link.Link{}, ErrNotFound
	}
	if err != nil {
		return link.Link{}, fmt.Errorf("find %s: %w", code, err)
	}
	return link.Link{Code: code, Address: address}, nil
}

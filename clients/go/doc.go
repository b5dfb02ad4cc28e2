// Package space gives every test a clean place in a real service: a database with a role of its own, a Redis server, a vhost, a
// bucket. Nobody else has it, so tests run in parallel and change what they like.
//
//	func TestRefund(t *testing.T) {
//		t.Parallel()
//		db := space.New(t, "postgres")
//		pool, err := pgxpool.New(t.Context(), db.URL)
//		…
//	}
//
// The test gives its space back when it ends. The space of a test that failed is kept for a while; the test's log says how to open
// it. Spaces come from the broker of Seatrial, which `seatrial test` starts, and `seatrial up` for `seatrial exec -- go test ./...`.
package space

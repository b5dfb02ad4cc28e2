// Package isolation holds tests that do to their databases what would break any other test in the same one.
package isolation

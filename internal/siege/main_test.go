package main

import (
	"context"
	"os"
	"testing"
	"time"
)

// TestMain lets the test's program be the processes that a siege starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && (os.Args[1] == hubCommand || os.Args[1] == clientsCommand) {
		if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestSiege: a siege finds all that it measures, however short.
func TestSiege(t *testing.T) {
	s := siege{clients: 20, lasts: 300 * time.Millisecond, short: true}
	results, err := s.measure(t.Context())
	if err != nil || len(results) != 8 {
		t.Errorf("%v: %v", results, err)
	}
}

package main

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// TestExpected: what the network has brought twice excuses nothing that failed beside it.
func TestExpected(t *testing.T) {
	twice := transport.At(transport.ErrUnauthenticated, "the request has come before")
	if !expected(twice) || !expected(errors.Join(twice, transport.ErrUnreachable)) {
		t.Error("a request that came twice is not expected")
	}
	for _, fault := range []error{transport.ErrMalformed, transport.ErrDigest, transport.ErrSeal, transport.ErrStorage} {
		if expected(errors.Join(twice, fault)) {
			t.Errorf("%v beside a request that came twice is expected", fault)
		}
	}
}

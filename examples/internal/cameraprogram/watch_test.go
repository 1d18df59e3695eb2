package cameraprogram

import (
	"errors"
	"testing"
	"time"
)

// TestRetry: what fails is left alone for longer and longer, a minute at most, and is tried at
// each look again once it has succeeded.
func TestRetry(t *testing.T) {
	now := time.Unix(0, 0)
	away := errors.New("away")
	r, tries, result := retry{first: 2 * time.Second}, 0, away
	looks := func(n int) (tried int) {
		tries = 0
		for range n {
			if err := r.do(func() time.Time { return now }, func() error { tries++; return result }); !errors.Is(err, result) && tries > 0 {
				t.Fatal(err)
			}
			now = now.Add(2 * time.Second)
		}
		return tries
	}
	if n := looks(1800); n < 60 || n > 70 { // an hour
		t.Errorf("%d tries in an hour", n)
	}
	result = nil
	if n := looks(30); n == 0 {
		t.Error("not tried again within a minute")
	}
	if n := looks(10); n != 10 {
		t.Errorf("%d of 10 looks were followed by a try", n)
	}
}

package main

import (
	"errors"
	"testing"
)

// TestMissing: where nothing may be missing, what is missing is no reason to skip anything.
func TestMissing(t *testing.T) {
	for value, skipped := range map[string]bool{"": true, "1": false} {
		t.Setenv("GLIMPSE_NEED_ENGINES", value)
		why := errors.New("not installed")
		if err := missing("a server", why); errors.Is(err, errSkipped) != skipped || !errors.Is(err, why) {
			t.Errorf("GLIMPSE_NEED_ENGINES=%s: %v", value, err)
		}
		if err := unlessSkipped(errors.Join(missing("a server", why))); (err == nil) != skipped {
			t.Errorf("GLIMPSE_NEED_ENGINES=%s: %v", value, err)
		}
	}
}

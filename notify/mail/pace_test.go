package mail

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/notify/words"
)

var inEnglish = words.In("en")

// TestPace: so many in a minute go at once, and the next as places come free.
func TestPace(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pace{perMinute: 3}
	for i, want := range []time.Duration{0, 0, 0, 20 * time.Second, 40 * time.Second} {
		if pause := p.turn(now); pause != want {
			t.Errorf("%d: waits for %v, want %v", i, pause, want)
		}
	}
	for i, want := range []time.Duration{0, 20 * time.Second} { // two minutes later one place is free
		if pause := p.turn(now.Add(40*time.Second + 20*time.Second)); pause != want {
			t.Errorf("later, %d: waits for %v, want %v", i, pause, want)
		}
	}
	if pause := (&pace{perMinute: -1}).turn(now); pause != 0 {
		t.Errorf("without a bound: %v", pause)
	}
}

// TestPaceEnds: who waits stops waiting with the context.
func TestPaceEnds(t *testing.T) {
	p := pace{perMinute: 1}
	if err := p.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

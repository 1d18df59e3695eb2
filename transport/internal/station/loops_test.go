package station

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errFails = errors.New("fails")

// TestLoopPauses: what fails is tried again after pauses that double, up to the longest, and
// begin anew after a success; all of it is told.
func TestLoopPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var waited []time.Duration
		last, n := time.Now(), 0
		told := 0
		Run(ctx, func(name string, err error, again time.Duration) {
			if told++; name != "work" || !errors.Is(err, errFails) || again <= 0 {
				t.Errorf("told %q, %v, %v", name, err, again)
			}
		}, Loop{Name: "work", Do: func(context.Context) (time.Duration, error) {
			waited, last = append(waited, time.Since(last)), time.Now()
			switch n++; n {
			case 10:
				return 5 * time.Hour, nil
			case 13:
				cancel()
			}
			return 0, errFails
		}})
		want := []time.Duration{0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 5 * 3600, 1, 2}[:13]
		for i, w := range want {
			if most := w * time.Second; i >= len(waited) || waited[i] > most || i != 10 && waited[i] < most*3/4 {
				t.Fatalf("waited %v, want %d seconds at %d", waited, w, i)
			}
		}
		if told != 11 { // the last failed since it had ended
			t.Errorf("told %d times", told)
		}
	})
}

// TestLoopWakes: who is woken waits no longer, and another loop that hangs holds up nothing.
func TestLoopWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		wake, n := make(chan struct{}, 1), 0
		ended := make(chan struct{})
		hangs := func(ctx context.Context) (time.Duration, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		works := func(context.Context) error { n++; return nil }
		go func() {
			defer close(ended)
			Run(ctx, func(_ string, err error, _ time.Duration) { t.Error(err) },
				Loop{Do: hangs}, Loop{Do: Every(time.Hour, works), Wake: wake})
		}()
		for want := 1; want < 4; want++ {
			if synctest.Wait(); n != want {
				t.Errorf("worked %d times, want %d", n, want)
			}
			wake <- struct{}{}
		}
		synctest.Wait()
		time.Sleep(time.Hour)
		if synctest.Wait(); n != 5 {
			t.Errorf("worked %d times after an hour", n)
		}
		cancel()
		<-ended
	})
}

// TestRunUntil: loops end with either context, at once when the station stops, and it is closed
// when they have ended.
func TestRunUntil(t *testing.T) {
	for what, which := range map[string]int{"the program": 0, "the station": 1} {
		ctx, cancel := context.WithCancel(t.Context())
		running, stop := context.WithCancel(t.Context())
		end := []context.CancelFunc{cancel, stop}[which]
		looping, failed := false, errors.New("shut")
		do := func(within context.Context) (time.Duration, error) {
			looping = true
			end()
			if which == 1 && within.Err() == nil {
				t.Error("it goes on after the station")
			}
			<-within.Done()
			looping = false
			return 0, nil
		}
		shut := func(closing context.Context) error {
			if _, limited := closing.Deadline(); looping || closing.Err() != nil || !limited {
				t.Errorf("%s: closed while it loops: %v; %v, limited %v", what, looping, closing.Err(), limited)
			}
			return failed
		}
		if err := RunUntil(ctx, running, shut, nil, Loop{Do: do}); !errors.Is(err, failed) {
			t.Errorf("%s: %v", what, err)
		}
		cancel()
		stop()
	}
}

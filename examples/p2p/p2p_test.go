package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// play runs the command with a temporary folder of its own, in which it must leave nothing behind.
func play(t *testing.T, ctx context.Context, args ...string) (status int, out, errs string) {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var stdout, stderr bytes.Buffer
	status = run(ctx, args, &stdout, &stderr)
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return status, stdout.String(), stderr.String()
}

// TestStory: originals reach both recipients, one of them from the other, and none goes over HTTP.
func TestStory(t *testing.T) {
	for name, c := range map[string]struct{ args, words []string }{
		"with a hub":    {nil, []string{"Bob → hub", "and 0 bytes of originals"}},
		"without a hub": {[]string{"-no-hub"}, []string{"Carol → Bob    ask for news", "over HTTP 0 B in all"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := play(t, t.Context(), c.args...)
			if status != 0 || errs != "" {
				t.Fatalf("exit status %d: %s\n%s", status, errs, out)
			}
			for _, words := range append(c.words, ".libp2p.", "6 of 6 with a label", "12 refused, 0 look-ups", "Everything held: 12 originals fetched") {
				if !strings.Contains(out, words) {
					t.Errorf("%q is missing in\n%s", words, out)
				}
			}
		})
	}
}

func TestUseless(t *testing.T) {
	for _, args := range [][]string{{"photos"}, {"-fast"}} {
		if status, _, errs := play(t, t.Context(), args...); status != 2 || errs == "" {
			t.Errorf("%v: exit status %d, %q", args, status, errs)
		}
	}
	if status, _, errs := play(t, t.Context(), "-help"); status != 0 {
		t.Errorf("exit status %d: %s", status, errs)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if status, _, errs := play(t, ctx); status != 1 || errs == "" {
		t.Errorf("exit status %d, %q", status, errs)
	}
}

// TestBrokenPromises: what does not hold is named.
func TestBrokenPromises(t *testing.T) {
	held := func() *story {
		s := &story{out: new(bytes.Buffer), result: result{refused: 2 * photos, fetched: 2 * photos, bytesFetched: 2000, bytesOriginals: 1000}}
		s.all.Store(3500)
		s.overHTTP.Store(500)
		s.checked.Store(1)
		s.lookUps.Store(1)
		s.hub = new(hubStation)
		return s
	}
	if err := held().judge(); err != nil {
		t.Fatal(err)
	}
	for words, spoil := range map[string]func(*story){
		"searches and fetches were not refused":              func(s *story) { s.result.refused-- },
		"a label did not keep look-ups from the network":     func(s *story) { s.result.lookUpsRefused++ },
		"nobody was searched for":                            func(s *story) { s.lookUps.Store(0) },
		"originals did not come":                             func(s *story) { s.result.bytesFetched-- },
		"they did not go over the network":                   func(s *story) { s.overHTTP.Add(1) },
		"originals went over HTTP":                           func(s *story) { leak(t, &s.witness) },
		"the hub checked nothing of what the home announced": func(s *story) { s.checked.Store(0) },
		"something went over HTTP without a hub":             func(s *story) { s.hub = nil },
	} {
		s := held()
		spoil(s)
		if err := s.judge(); err == nil || !strings.HasSuffix(err.Error(), ": "+words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestMain lets the tests start hubs in processes of their own: the program that is
// started again is this one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == serveCommand {
		main()
		return
	}
	os.Exit(m.Run())
}

// measured runs the command with little to do, and returns its results. Without an engine
// that it needs, the test is skipped; where none may be missing, that is another error.
func measured(t *testing.T, args ...string) measure.Results {
	t.Helper()
	var out strings.Builder
	little := []string{"-json", "-quiet", "-short", "-dir", t.TempDir(), "-clients", "2", "-ops", "6", "-rounds", "1", "-records", "2000", "-items", "100", "-largest", "1000", "-collections", "50", "-kills", "1", "-live", "1"}
	args = append(little, args...)
	err := run(t.Context(), args, &out)
	if errors.Is(err, errSkipped) {
		t.Skip(err)
	}
	if err != nil && !errors.Is(err, measure.ErrMissed) {
		t.Fatal(err)
	}
	var got struct{ Results measure.Results }
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Results) == 0 {
		t.Errorf("%v: no results", args)
	}
	return got.Results
}

// mustHold fails where a result is none, and where something has happened that must not
// happen at all, such as a loss. All other bounds the command alone judges, with a load
// that means something.
func mustHold(t *testing.T, results measure.Results) {
	t.Helper()
	for _, m := range results {
		if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
			t.Errorf("%s: %v", m.What, m.Value)
		}
		if m.Bound != nil && *m.Bound == 0 && m.Better == measure.Lower && m.Value > 0 {
			t.Errorf("%s: %v", m.What, m.Value)
		}
	}
}

// TestRows measures everything that needs no server, each with little to do.
func TestRows(t *testing.T) {
	for _, kind := range []string{"file", "sqlite"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for _, r := range rows {
				if strings.HasSuffix(r.name, "hubs") || r.name == "growth" || r.name == "faults" { // one size has no slope; TestHubs, TestFaults
					continue
				}
				if r.name == "killed" && testing.Short() {
					continue // it waits until a lease has ended
				}
				mustHold(t, measured(t, "-store", kind, "-only", r.name))
			}
		})
	}
}

// TestFaults has all go wrong, shortly: nothing is lost, and no answer is wrong.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits until leases have ended")
	}
	mustHold(t, measured(t, "-only", "faults", "-quiet=false")) // what is wrong is told in the progress
}

// TestHubs measures several hubs, on real servers: nothing is lost, and who waits at another
// hub is told.
func TestHubs(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits until leases have ended")
	}
	for _, name := range []string{"hubs", "killed hubs"} {
		mustHold(t, measured(t, "-store", "pg", "-collections", "500", "-only", name))
	}
}

// TestExponent finds the power of a cost that is one.
func TestExponent(t *testing.T) {
	for _, want := range []float64{0, 0.5, 1, 1.5} {
		c := curve{request: "share", by: "records"}
		for stored := 1000.0; stored <= 1e6; stored *= 10 {
			c.points = append(c.points, point{stored, 3e-6 * math.Pow(stored, want)})
		}
		if got := c.exponent(); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// TestPlot draws a line for each curve and one for its limit, and both in the key.
func TestPlot(t *testing.T) {
	b := &bench{kind: "file", largest: 10_000}
	for _, d := range dimensions {
		for _, r := range requests {
			b.curves = append(b.curves, curve{r.name, d.name, []point{{1000, 1e-4}, {10_000, 2e-4}}})
		}
	}
	svg := filepath.Join(t.TempDir(), "plot.svg")
	if err := b.writePlot(svg); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(svg)
	want := len(dimensions)*len(requests) + 1
	lines, limits := strings.Count(string(text), `class="line mine"`), strings.Count(string(text), `class="limit"`)
	if err != nil || lines != want || limits != want {
		t.Errorf("%d lines, %d limits, %v", lines, limits, err)
	}
}

// TestFill: what a crowd is said to have left is in the store, and no more; and who has
// enough of waiting for it does not.
func TestFill(t *testing.T) {
	a, err := newAuthority(nil)
	if err != nil {
		t.Fatal(err)
	}
	store, c := new(memstore.Store), new(crowd)
	small := town{members: 4, albums: 3, items: 2}
	if err := small.fill(t.Context(), a, store, c, func(c *crowd) bool { return c.albums >= 10 }); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range store.Scan(t.Context(), "", "", 0) {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if n == 0 || n != c.records || c.users != 16 || c.albums != 12 {
		t.Errorf("%d records, %+v", n, *c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := small.fill(ctx, a, store, new(crowd), func(*crowd) bool { return false }); err == nil {
		t.Error("it goes on after the end of its context")
	}
}

// TestGroupLog appends at once, and everybody is told when the group is durable.
func TestGroupLog(t *testing.T) {
	for name, open := range map[string]func(string) (*groupLog, error){"file": newFileLog, "SQLite": newSQLiteLog} {
		dir := t.TempDir()
		l, err := open(dir)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var failed atomic.Int64
		for range 100 {
			all.Go(func() {
				if l.append(make([]byte, 1000)) != nil {
					failed.Add(1)
				}
			})
		}
		all.Wait()
		if err := l.Close(); err != nil || failed.Load() != 0 || sizeOf(dir) < 100_000 {
			t.Errorf("%s: %d failed, %d bytes, %v", name, failed.Load(), sizeOf(dir), err)
		}
	}
}

// TestArguments refuses what is none.
func TestArguments(t *testing.T) {
	for _, args := range [][]string{{"-only", "nothing"}, {"-clients", "0"}, {"-store", "none", "-only", "large"}, {"-store", "pg", "-only", "large"}, {"-unknown"}} {
		if err := run(context.Background(), append(args, "-quiet"), new(strings.Builder)); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

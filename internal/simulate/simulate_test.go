package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRuns runs some seeds; GLIMPSE_RUNS says how many others than usual, and
// GLIMPSE_SEED the first one.
func TestRuns(t *testing.T) {
	runs, seed := number(t, "GLIMPSE_RUNS", 300), number(t, "GLIMPSE_SEED", 1)
	runAll(options{seed: uint64(seed), steps: 40}, runs, runtime.GOMAXPROCS(0), func(seed uint64, found []error) {
		t.Errorf("seed %d: %v\n\tgo run ./internal/simulate -seed %d -trace", seed, found[0], seed)
	})
}

func number(t *testing.T, variable string, otherwise int) int {
	text, ok := os.LookupEnv(variable)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// TestFoundSeeds: in each of these runs a fault was found.
func TestFoundSeeds(t *testing.T) {
	for what, seed := range map[string]uint64{
		"letters left although the author's key was revoked":          7002564,
		"a revoked key sealed what it was uploading":                  7004021,
		"readers saw as complete what no home of the author's serves": 12575,
	} {
		if found := simulate(options{seed: seed, steps: 40}); len(found) > 0 {
			t.Errorf("%s: seed %d: %v", what, seed, found[0])
		}
	}
}

// TestSameSeedSameRun: everything that happens comes from the seed.
func TestSameSeedSameRun(t *testing.T) {
	var traces [2][]string
	for seed := range uint64(5) {
		for i := range traces {
			traces[i] = nil
			simulate(options{seed: seed, steps: 40, trace: func(line string) { traces[i] = append(traces[i], line) }})
		}
		if !slices.Equal(traces[0], traces[1]) || len(traces[0]) < 50 {
			t.Errorf("seed %d: two runs of %d and %d lines differ", seed, len(traces[0]), len(traces[1]))
		}
	}
}

// TestSomethingHappens: the runs come to what they are to try.
func TestSomethingHappens(t *testing.T) {
	always := []string{
		"request lost", "answer lost", "broke off", "crashes", "is up", "are cut", "no way", "not complete yet",
		"publish", "reshare", "take back", "withdraw", ": edit", "a twin of", "wish", "export", "original", "acknowledge", "stops", "hand over",
	}
	for hub, what := range map[whether][]string{
		no:  always,
		yes: append(always, "probe: done", "expire: done", "letter to", "joins", "deliver"),
	} {
		seen := map[string]int{}
		for seed := range uint64(40) {
			simulate(options{seed: seed, steps: 40, hub: hub, trace: func(line string) {
				for _, what := range what {
					if strings.Contains(line, what) {
						seen[what]++
					}
				}
			}})
		}
		if len(seen) < len(what) {
			t.Errorf("nothing but %v happens", seen)
		}
	}
}

func TestCommand(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-runs", "3", "-seed", "5", "-steps", "10"}, &out); err != nil || !strings.HasPrefix(out.String(), "3 runs, 0 failed") {
		t.Errorf("%v: %s", err, &out)
	}
	out.Reset()
	if err := run([]string{"-seed", "5", "-steps", "10", "-trace"}, &out); err != nil || !strings.Contains(out.String(), "the faults end") {
		t.Errorf("%v: %s", err, &out)
	}
	if err := run([]string{"-seed", "x"}, &out); err == nil {
		t.Error("a seed that is no number was taken")
	}
}

// TestReport: a run that fails says how to run it, and only it, again.
func TestReport(t *testing.T) {
	var out bytes.Buffer
	failed := report(&out, options{seed: 1, steps: 40, spoilStore: losesNews}, 20, 2)
	if line := "go run ./internal/simulate -seed "; failed == 0 || !strings.Contains(out.String(), line) {
		t.Fatalf("%d failed: %s", failed, &out)
	}
	var seed uint64
	if _, err := fmt.Sscanf(out.String(), "seed %d:", &seed); err != nil {
		t.Fatal(err)
	}
	if found := simulate(options{seed: seed, steps: 40, spoilStore: losesNews}); len(found) == 0 {
		t.Errorf("seed %d does not fail again", seed)
	}
}

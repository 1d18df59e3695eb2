// Simulate runs seeded simulations of whole exchanges: cameras, home peers, a
// hub and recipients on a network that loses, repeats, reorders and delays
// requests and is cut, with stations that crash at any change of their stores, or
// at any step of the disk below them. In some runs two processes are the hub, on one
// store, and either is killed at any moment. After the faults everybody tries again, and
// what must hold is checked; then an album goes on. How often that came to what it is to try
// is printed at the end.
//
//	go run ./internal/simulate -runs 20000        runs 20000 seeds that nobody has tried
//	go run ./internal/simulate -seed 17 -trace    runs one, and prints what happens
//
// A run depends on nothing but its seed: the command that runs all of them again is
// printed first, that for one that fails with it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

// errFailed says that runs have failed.
var errFailed = errors.New("failed")

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	flags.SetOutput(out)
	seed := flags.Uint64("seed", 0, "first `seed`; 0 = by the time")
	runs := flags.Int("runs", 1, "`number` of runs, each with the next seed")
	steps := flags.Int("steps", 40, "`number` of things that stations do in one run while there are faults")
	workers := flags.Int("workers", runtime.GOMAXPROCS(0), "`number` of runs at the same time")
	trace := flags.Bool("trace", false, "print what happens, of one run at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixMilli())
	}
	fmt.Fprintf(out, "go run ./internal/simulate -runs %d -seed %d -steps %d\n", *runs, *seed, *steps)
	o := options{seed: *seed, steps: *steps, count: new(counts)}
	if *trace {
		*workers = 1
		o.trace = func(line string) { fmt.Fprintln(out, line) }
	}
	started := time.Now()
	failed := report(out, o, *runs, *workers)
	fmt.Fprintf(out, "%d runs, %d failed, %v\n", *runs, failed, time.Since(started).Round(time.Millisecond))
	o.count.print(out)
	if failed > 0 {
		return fmt.Errorf("%d of %d runs %w", failed, *runs, errFailed)
	}
	return nil
}

// report runs a number of seeds and prints those that fail, each with the
// command that runs it again.
func report(out io.Writer, o options, runs, workers int) (failed int) {
	return runAll(o, runs, workers, func(seed uint64, found []error) {
		fmt.Fprintf(out, "seed %d: %v\n\tgo run ./internal/simulate -seed %d -steps %d -trace\n", seed, found[0], seed, o.steps)
	})
}

// runAll runs a number of seeds, several at a time, tells of those that fail
// and counts them.
func runAll(o options, runs, workers int, report func(seed uint64, found []error)) (failed int) {
	var mu sync.Mutex
	var group sync.WaitGroup
	next := 0
	take := func() (uint64, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return o.seed + uint64(next-1), next <= runs
	}
	for range max(1, workers) {
		group.Go(func() {
			for seed, ok := take(); ok; seed, ok = take() {
				o := o
				o.seed = seed
				if found := simulate(o); len(found) > 0 {
					mu.Lock()
					failed++
					report(seed, found)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return failed
}

// Siege measures what callers of a hub notice of others who do all that they may to exhaust
// it, each figure beside what it must be:
//
//	go run ./internal/siege           all of it, in two minutes
//	go run ./internal/siege -short    with fewer clients, and shorter: what CI runs
//	go run ./internal/siege -json     as JSON
//
// The hub is a process of its own, whose memory the system tells, with default quotas. So are
// its clients, below the hub and those who measure: in the world they have machines of their
// own. A hundred hostile accounts have a thousand requests under way at once: bodies of 31 MiB that come as
// fast as they are taken, but for their end; such of which next to nothing comes; such that
// are refused when they have come; uploads without an end; and polls, which are held for as
// long as the hub does. Who is refused comes again a second later, as a well-behaved client does: a
// thousand of these, in the other turn, have small requests answered, one a second each.
// Meanwhile others poll, with news that waits, and share an album of 24 photos, one request
// after the other; the 99th percentile of these counts. It ends with status 1 if a bound is
// missed; those of time hold on a machine that does nothing else, and are only told in short.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// maxMemory is how much more memory than idle a hub may take, in MiB.
const maxMemory = 256

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "siege:", err)
		os.Exit(1)
	}
}

// run measures and prints.
func run(ctx context.Context, args []string, w io.Writer) error {
	if len(args) == 1 && (args[0] == hubCommand || args[0] == clientsCommand) {
		return runAs(ctx, args[0], os.Stdin, w)
	}
	flags := flag.NewFlagSet("siege", flag.ContinueOnError)
	short := flags.Bool("short", false, "fewer clients, and shorter")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s := siege{clients: 1000, lasts: 30 * time.Second}
	if *short {
		s = siege{clients: 200, lasts: 5 * time.Second, short: true}
	}
	results, err := s.measure(ctx)
	return errors.Join(err, results.Print(w, *asJSON), results.Err())
}

// siege is one measurement.
type siege struct {
	clients int           // at once
	lasts   time.Duration // each turn
	short   bool          // what takes how long is only told
	hub     *hubProcess
}

// measure has the turns of well-behaved and of hostile clients.
func (s *siege) measure(ctx context.Context) (results measure.Results, err error) {
	if s.hub, err = startHub(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.hub.stop()) }()
	alone, err := s.turn(ctx, "")
	if err != nil {
		return nil, err
	}
	idle := s.hub.memory()
	good, err := s.turn(ctx, wellBehaved)
	if err != nil {
		return nil, err
	}
	under, err := s.turn(ctx, hostile)
	if err != nil {
		return nil, err
	}
	mallory, err := s.turn(ctx, holds)
	if err != nil {
		return nil, err
	}
	return s.results(idle, alone, good, under, mallory), nil
}

// results are what the turns come to.
func (s *siege) results(idle int64, alone, good, under, mallory turn) (results measure.Results) {
	results = append(results,
		measure.AtMost(fmt.Sprintf("memory above idle under %d hostile requests, MiB", s.clients), float64(under.peak-idle)/(1<<20), maxMemory),
		measure.Shown("memory when idle, MiB", float64(idle)/(1<<20), measure.Lower))
	for what, pair := range []struct {
		name         string
		before, then time.Duration
		bound        float64
	}{
		{"p99 of a poll", good.polls.p(99), under.polls.p(99), 3},
		{"p99 of a share", good.shares.p(99), under.shares.p(99), 3},
		{"a poll while one account holds all that it may", alone.polls.p(50), mallory.polls.p(50), 1.5},
	} {
		beside := [...]string{"well-behaved clients", "well-behaved clients", "nobody there"}[what]
		ratio := float64(pair.then) / float64(pair.before)
		r := measure.AtMost(fmt.Sprintf("%s, against %s", pair.name, beside), ratio, pair.bound)
		if s.short {
			r = measure.Shown(r.What, ratio, measure.Lower)
		}
		results = append(results, r, measure.Shown(pair.name+", ms", float64(pair.then.Microseconds())/1000, measure.Lower))
	}
	return results
}

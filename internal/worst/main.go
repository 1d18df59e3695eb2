// Worst searches for the collections that cost most to read, beside the least that reading
// them can cost: SHA-256 over their bytes, and an Ed25519 verification for every seal.
//
//	go run ./internal/worst                    searches at 64 KiB and at 64 MiB, in some minutes
//	go run ./internal/worst -short             in about a minute, at 64 KiB and 2 MiB
//	go run ./internal/worst -seed 7 -tries 500 another search, and a longer one
//	go run ./internal/worst -json              as JSON
//
// To read is to decode a collection that somebody sends and to verify every seal; and
// besides, without a bound, what a station does next where all seals stand: to look for ids
// that are there twice, and to work the labels out. Where a seal does not stand, reading ends
// there.
//
// The search begins with families of hostile collections: one column of whatever kind takes
// all the bytes, or updates do, with few values or many, in runs or packed, sealed by keys that
// are known or by none. Then it changes the worst of them at random, and goes on from what
// is worse. What it has found at the small size it tries at the large one. Of a few runs of
// each the fastest counts, since a machine has other things to do.
//
// It ends with status 1 if something fails. A bound of time is only told, since it holds on a
// machine that does nothing else.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/glimpse-go/glimpse/internal/measure"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "worst:", err)
		os.Exit(1)
	}
}

// run searches as the arguments say and prints what it has found.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("worst", flag.ContinueOnError)
	flags.SetOutput(out)
	small, large := flags.Int("small", 64<<10, "small `size`, in bytes"), flags.Int("large", 64<<20, "large `size`, in bytes")
	tries := flags.Int("tries", 300, "how many `changes` are tried at the small size; a twentieth of that at the large one")
	seed := flags.Uint64("seed", 1, "`number` that the search begins with")
	short := flags.Bool("short", false, "less of it")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *short {
		*large, *tries = min(*large, 2<<20), min(*tries, 40)
	}
	s, err := newSearch(rand.New(rand.NewPCG(*seed, 0)))
	if err != nil {
		return err
	}
	results, err := s.results(*small, *large, *tries)
	if err != nil {
		return err
	}
	return results.Print(out, *asJSON)
}

// results are the worst of decoding and verifying at both sizes, within bounds; the same
// with all else that a station does; and what is ordinary.
func (s *search) results(small, large, tries int) (measure.Results, error) {
	var all measure.Results
	for _, s.all = range []bool{false, true} {
		few, err := s.worst(families(), small, tries)
		if err != nil {
			return nil, err
		}
		many, err := s.worst(append(recipes(few), families()...), large, tries/20)
		if err != nil {
			return nil, err
		}
		all = append(append(all, s.told(few, small)...), s.told(many, large)...)
		if !s.all {
			apart := max(few[0].ratio/many[0].ratio, many[0].ratio/few[0].ratio)
			all = append(all, measure.AtMost("the worst of one size / that of the other", apart, 4))
		}
	}
	ordinary, err := s.ordinary()
	return append(all, measure.AtMost("10000 items and three seals: verifying / (SHA-256 + seals)", ordinary, 1.25)), err
}

// told are findings at a size, the worst first, which alone has a bound.
func (s *search) told(found []finding, size int) (results measure.Results) {
	for i, f := range found {
		what := fmt.Sprintf("%d KiB: verified", size>>10)
		if s.all {
			what += " and looked up"
		}
		what += fmt.Sprintf(" / (SHA-256 + seals): %v", f.recipe)
		if i == 0 && !s.all {
			results = append(results, measure.AtMost(what, f.ratio, 10))
		} else {
			results = append(results, measure.Shown(what, f.ratio, measure.Lower))
		}
	}
	return results
}

// Compare measures this SDK beside other encodings of the same collection, and
// beside the limits that the machine sets: copying the bytes and hashing them.
//
//	go run ./internal/compare                 prints a table and the bounds
//	go run ./internal/compare -json           prints both as JSON, figure by figure
//	go run ./internal/compare -svg plot.svg   draws the plot of the README, too
//
// All codecs work on one set of data in one run, and the rounds of different
// codecs take turns. "decode" is what a decoder alone costs, however little it reads; "full"
// is decoding, finding that no id is there twice, reading every label and looking every item
// up. Every bound is judged at every size. It ends with status 1 if a bound of bytes or allocations is missed. One
// of time is only told, since it holds on a machine that does nothing else. The module stands
// apart so that what the others depend on stays out of the SDK's module.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

func main() {
	err := start()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		os.Exit(exit.ExitCode()) // it has said why
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// keepMapped lets the Go runtime keep the pages of memory that it does not use
// until the system wants them. Without it, page faults that cost more than the
// copying itself hit one codec and spare the next.
const keepMapped = "madvdontneed=0"

// start runs the comparison in a process of its own in which keepMapped is set.
func start() error {
	settings := os.Getenv("GODEBUG")
	if strings.Contains(settings, keepMapped) {
		return run(os.Args[1:], os.Stdout)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(program, os.Args[1:]...)
	c.Env = append(os.Environ(), "GODEBUG="+strings.TrimPrefix(settings+","+keepMapped, ","))
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// run measures what the arguments ask for and prints it.
func run(args []string, w io.Writer) error {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print JSON")
	svg := flags.String("svg", "", "write the plot to this `file`")
	list := flags.String("sizes", "1000,100000,1000000", "numbers of `items`")
	fast := flags.Bool("quick", false, "few rounds: what needs no time is as good, the times are not")
	if err := flags.Parse(args); err != nil {
		return err
	}
	e := thorough
	if *fast {
		e = quick
	}
	sizes, err := parseSizes(*list)
	if err != nil {
		return err
	}
	results := measureAll(e, sizes)
	if err := writePlot(*svg, results, nearest(sizes, hundredThousand)); err != nil {
		return err
	}
	times, exact := checkAll(timeBounds(), results, sizes), checkAll(sizeBounds(), results, sizes)
	checks := slices.Concat(times, exact)
	if *asJSON {
		err = append(figures(results), checks...).JSON(w)
	} else {
		err = errors.Join(writeBlocks(w, results), checks.Table(w))
	}
	return errors.Join(err, exact.Err())
}

// maxItems keeps a run within the memory of an ordinary machine.
const maxItems = 4_000_000

func parseSizes(list string) ([]int, error) {
	var sizes []int
	for field := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 || n > maxItems {
			return nil, fmt.Errorf("-sizes: %q is no number from 1 to %d", field, maxItems)
		}
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	return slices.Compact(sizes), nil
}

// measureAll runs every race at every size, and what needs no size once.
func measureAll(e effort, sizes []int) []result {
	var results []result
	for _, n := range sizes {
		results = append(results, measureSize(e, n)...)
	}
	return append(results, onceRaces(e)...)
}

// measureSize measures everything with n items.
func measureSize(e effort, n int) []result {
	random := newData(n, flagsAtRandom, 1)
	pending := newData(n, allPending, 0)
	results := decodeRace(e, random, "", peers()...)
	results = append(results, decodeRace(e, pending, "-pending", peers()...)...)
	results = append(results, decodeRace(e, newData(n, allComplete, 0), "-complete")...)
	results = append(results, decodeRace(e, newData(n, degreesAtRandom, 1), "-degrees")...)
	results = append(results, encodeRace(e, random)...)
	results = append(results, lookupRace(e, random, "", peers()...)...)
	prefixed := newData(n, flagsAtRandom, 1)
	prefixed.shareFirst()
	results = append(results, lookupRace(e, prefixed, "-prefix")...)
	results = append(results, fullRace(e, random)...)
	results = append(results, joinRace(e, random, newData(n, flagsAtRandom, 2))...)
	return append(results, sizeRaces(e, pending)...)
}

// Throughput measures how fast originals come over a peer-to-peer network: real hosts, TCP on
// this computer, stores in files.
//
//	go run ./transport/p2plink/throughput          an original of 1 GB, and the others
//	go run ./transport/p2plink/throughput -short   small ones, for a first look
//	go run ./transport/p2plink/throughput -json    as JSON
//
// It ends with status 1 if a bound is missed. All figures are ratios of what was measured in one
// run by turns, the medians of three:
//
//	unchecked      an original that is read over the link into a file, against a stream of
//	               libp2p into a file
//	SHA-256        how much longer that stream takes if what comes is hashed, one after the other:
//	               what it costs where both ends have the same processors and nothing else to do
//	verification   how much longer it takes to fetch it, with its proof, into a store
//	four sources   an original from four peers, each of which sends a quarter of what comes
//	               together, against their sum
//	many           200 originals of 1 MB in one Fetch, against a stream of as many bytes
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "throughput:", err)
		os.Exit(1)
	}
}

// plan is what is measured.
type plan struct {
	large  int64 // bytes of the one original
	shaped int64 // of that from four sources
	speed  int64 // bytes a second of each of the four
	many   int   // originals of 1 MB
	times  int
}

var (
	whole = plan{large: 1 << 30, shaped: 64 << 20, speed: 4 << 20, many: 200, times: 3}
	short = plan{large: 64 << 20, shaped: 16 << 20, speed: 2 << 20, many: 20, times: 1}
)

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("throughput", flag.ContinueOnError)
	flags.SetOutput(out)
	isShort := flags.Bool("short", false, "measure small originals, once")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	p := whole
	if *isShort {
		p = short
	}
	results, err := p.measure(ctx)
	if err != nil {
		return err
	}
	return errors.Join(results.Print(out, *asJSON), results.Err())
}

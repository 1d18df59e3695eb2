// P2p plays the quickstart's story with originals that never touch HTTP: they go from home to
// the recipients, and from one recipient to another, over a peer-to-peer network, libp2p, where
// stations find each other by what they hold.
//
//	go run ./examples/p2p
//	go run ./examples/p2p -no-hub       without a hub: peers pass on what they hold
//
// All stations run in this one process, but share nothing: each has a key and a libp2p host of
// its own on 127.0.0.1. The hub alone is served over HTTPS, too, and a witness looks there for
// pieces of the originals. To learn how it is done, read story.go or nohub.go, and then stations.go.
// examples/p2p/peer and examples/p2p/camera are the programs for every day that can do this.
//
// The exit status is 0 if everything that was promised held, 1 if it did not or something
// failed, and 2 if the arguments are of no use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

func main() {
	ctx, stop := program.Signals(context.Background())
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run does all of it and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("p2p", flag.ContinueOnError)
	flags.SetOutput(stderr)
	noHub := flags.Bool("no-hub", false, "play it without a hub: peers pass on what they hold")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "p2p: %q is no option\n", flags.Arg(0))
		return 2
	}
	s := &story{out: stdout}
	chapters := s.withHub()
	if *noHub {
		chapters = s.withoutHub()
	}
	if err = errors.Join(s.play(ctx, chapters), s.close()); err == nil {
		err = s.judge()
	}
	if err != nil {
		fmt.Fprintln(stderr, "p2p:", program.Trouble(err))
		return 1
	}
	return 0
}

// Compare measures what package media promises, each value beside its bound, and
// mostly beside vipsthumbnail, the program that many services make their
// thumbnails with:
//
//	go run ./transport/media/compare                on pictures that it draws
//	go run ./transport/media/compare -photos DIR    on your own
//	go run ./transport/media/compare -quick         on fewer and smaller ones
//	go run ./transport/media/compare -json          prints JSON instead of a table
//
// It measures the pure Go engine, and with -tags vips that of libvips as well. It
// needs vips and vipsthumbnail (Debian's libvips-tools), and the checkout around
// it. Progress, and what could not be compared, go to standard error.
//
// The exit status is 0 if everything is within its bound, 1 if something is not,
// and 2 if the arguments are of no use or a program is missing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// Exit statuses.
const (
	within = iota
	missed
	useless
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var status int
	if len(os.Args) > 1 && os.Args[1] == childCommand {
		status = child(ctx, os.Args[2:], os.Stdout, os.Stderr)
	} else {
		status = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	stop()
	os.Exit(status)
}

// options are what the command line says.
type options struct {
	photos      string // folder; empty = draw pictures
	json, quick bool
}

// run does all of it and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return within
	}
	var results measure.Results
	if err == nil {
		results, err = all(ctx, o, stderr)
	}
	switch {
	case err != nil:
	case o.json:
		err = results.JSON(stdout)
	default:
		err = results.Table(stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "compare:", err)
		return useless
	}
	if err := results.Err(); err != nil {
		fmt.Fprintln(stderr, "compare:", err)
		return missed
	}
	return within
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.photos, "photos", "", "measure with the pictures in this `folder` and the folders below it")
	flags.BoolVar(&o.json, "json", false, "print JSON instead of a table")
	flags.BoolVar(&o.quick, "quick", false, "measure with fewer and smaller pictures")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stderr)
		flags.Usage()
		return o, err
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("%q is no option; see -help", flags.Arg(0))
	}
	return o, err
}

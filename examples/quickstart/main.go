// Quickstart shows the whole idea with one command: a camera shares photos
// whose originals nobody can reach yet, a hub labels and tells, a home computer
// brings the originals, and two recipients fetch them from it.
//
//	go run ./examples/quickstart                  with eight photos that it makes
//	go run ./examples/quickstart -photos DIR      with your own photos, films and documents
//	go run ./examples/quickstart -keep DIR        keeps the folders of all stations
//	go run ./examples/quickstart -json            prints one JSON object instead
//	go run -tags vips ./examples/quickstart       makes thumbnails with libvips
//	go run -tags sqlite ./examples/quickstart -store sqlite   has the hub use SQLite, as examples/hub does
//
// All stations run in this one process, but share nothing: each has a folder, a
// key and a network listener of its own on 127.0.0.1, and they meet over HTTPS
// only, where each shows its own key. To learn the SDK, read show.go, which tells
// the story, and then hub.go, camera.go, home.go and recipient.go. All other files
// watch, count and print.
//
// The exit status is 0 if everything that was promised held, 1 if it did not or
// something failed, and 2 if the arguments or the folder of photos are of no use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// softLimit is the memory in bytes above which Go's collector works harder. The
// decoders keep to a budget of their own; this keeps the garbage between them low.
const softLimit = 256 << 20

func main() {
	debug.SetMemoryLimit(softLimit)
	ctx, stop := program.Signals(context.Background())
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr, tricks{})
	stop()
	os.Exit(status)
}

// options are what the command line says.
type options struct {
	photos string // folder; empty = make photos
	keep   string // folder; empty = a temporary one
	store  string // of the hub, a key of hubStores; empty = file
	budget int64  // MiB for making pictures; 0 = the default of media.Maker
	json   bool
}

// usage is what -help says beside the options.
const usage = `Quickstart plays how a camera shares photos before anybody can reach them.

-photos takes photos, films and documents of any kind, and links to files and
folders; what is reached twice by links is shared once. Hidden files and those
of the system (.DS_Store, Thumbs.db) are left out. What can be read but not shown
here is shared with a generic picture; what cannot be read is named and skipped.

-keep also keeps what each recipient sees of each item: in DIR/bob/seen/first
after the first news, in DIR/bob/seen/second after the second.

`

// run does all of it and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, t tricks) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err == nil {
		err = perform(ctx, o, &output{stdout, cancel}, t)
	}
	if err == nil {
		err = context.Cause(ctx) // what was printed last did not arrive
	}
	if err == nil {
		return 0
	}
	if words := trouble(ctx, err); words != "" {
		fmt.Fprintln(stderr, "quickstart:", words)
	}
	if errors.As(err, new(program.UsageError)) {
		return 2
	}
	return 1
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.photos, "photos", "", "share what is in this `folder` and the folders below it")
	flags.StringVar(&o.keep, "keep", "", "keep the folders of all stations in this new or empty `folder`")
	flags.StringVar(&o.store, "store", "file", "the `kind` of the hub's store: file or, built with the tag sqlite, sqlite")
	flags.Int64Var(&o.budget, "budget", 0, "memory for making thumbnails, in `MiB` (default 192)")
	flags.BoolVar(&o.json, "json", false, "print one JSON object at the end instead of the story")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stderr, usage)
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		return o, err
	}
	switch {
	case err != nil:
		return o, program.Usage("%w; see -help", err)
	case flags.NArg() > 0:
		return o, program.Usage("%q is no option; see -help", flags.Arg(0))
	case hubStores[o.store] == nil:
		return o, program.Usage("-store is %q, of which this program knows nothing; see -help", o.store)
	case o.budget < 0 || o.budget > maxBudget:
		return o, program.Usage("-budget is %d instead of 1 to %d; see -help", o.budget, maxBudget)
	}
	return o, nil
}

// maxBudget is the most that -budget may be, in MiB.
const maxBudget = 1 << 20

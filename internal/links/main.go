// Links measures a share over links as they are: how soon recipients see something, and
// how soon they hear that the originals are there, beside what the link allows and beside
// what an ordinary program would do.
//
//	go run ./internal/links                     all of it, in a quarter of an hour
//	go run ./internal/links -short              24 photos over the two fast links
//	go run ./internal/links -only 20M,originals some of it
//	go run ./internal/links -photos 24          other numbers of photos
//	go run ./internal/links -json               as JSON
//	go run ./internal/links -svg plot.svg       draws the plot of the README, too
//
// It ends with status 1 if a bound of requests or bytes is missed. One of time is only told,
// since it holds on a machine that does nothing else.
//
// # The links
//
// A camera, the author's home and two recipients each have a link of their own to the
// hub, which is equally fast in both directions; the hub itself is never what holds
// anything up. A link takes segments of 1460 bytes, one after the other from all its
// connections, and hands each over half a round trip after its last byte has left. A
// queue holds 20 ms, and who writes more waits. Connections are there already: to dial
// takes no time, and there is no slow start. On a link that loses, each segment is lost
// with the same probability: it takes its bytes once more, and holds up its connection
// for one round trip if the link is busy, so that what follows shows the loss, else for
// that and the shortest time-out of Linux, 200 ms. All that goes over a link is counted
// and takes its time: HTTP headers too, those of TCP and IP not. It is net/http over
// connections of this computer, in real time, since the work of the stations counts.
//
// # What is shared
//
// Photos with thumbnails of 2,000 to 3,000 bytes, previews of 21 or 22, captions such as
// IMG_0001.JPG and the media type image/jpeg; the camera has worked out the digests of thumbnails and
// originals before the clock starts. The hub requires thumbnails alone. Recipients wait
// for news before the camera begins. For the second phase the camera hands the
// originals, of 256 KiB unless -original says otherwise, to the home without a link in
// between; the clock starts when the home begins to publish.
//
// # The limits
//
// A limit is the time that the bytes take which must go, plus one round trip a hop, plus
// 30 ms for all the work. What must go from the camera is, of each photo, 16 bytes of id,
// 32 of each digest, the caption, the preview and the thumbnail, and once the media type
// and the author's seal:
//
//	previews         all of that but the thumbnails, over both hops, one after the other
//	first thumbnail  all of that but the other thumbnails, likewise
//	all thumbnails   all of that, likewise
//	camera done      all of that, over one hop
//	second phase     the sealed update, over both hops
//
// A hub that passes thumbnails on while others still come can do better than the second
// one; how far all of them are from that is told besides: the thumbnails over one hop, the
// rest over both. The later of the two recipients counts, and the one with more requests.
//
// # What it is beside
//
// One POST a photo: the camera posts one thumbnail after the other, each when the answer
// to the last one is there, and recipients hold a response open in which each comes as it
// is posted. For the second phase, the home posts each id. One archive: the same with all
// thumbnails, or ids, in one POST, which goes on when it is there as a whole. Neither has
// digests, captions or seals.
//
// # Originals
//
// Without a link, over connections of this computer, from files to files: a recipient
// fetches 200 originals of 1 MB, and one of 1 GB, beside an ordinary program that gets the
// same files from a file server, 8 at once, hashes them with SHA-256 and syncs each.
// Then a fetch of the large one is broken off with 95 % there; what the rest of it takes is
// held against that share of a whole fetch and one block. Those that are compared take
// turns, and ratios are those of medians.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "links:", err)
		os.Exit(1)
	}
}

// options say what is measured.
type options struct {
	only     []string // links, and originals; empty = all
	photos   []int    // numbers of photos
	original int      // size of one that is shared, in bytes
	rounds   int      // for what is over soon
	load     load
	svg      string
	asJSON   bool
	quiet    bool
}

// run measures what the arguments ask for and prints it.
func run(ctx context.Context, args []string, w io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	found, err := o.links(ctx)
	if err == nil && o.wants(originalsName) {
		err = o.originals(ctx, &found)
	}
	if err != nil {
		return err
	}
	if err = found.writePlot(o.svg); err != nil {
		return err
	}
	all := slices.Concat(found.exact, found.times)
	return errors.Join(all.Print(w, o.asJSON), found.exact.Err())
}

// parse reads the arguments.
func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("links", flag.ContinueOnError)
	only := flags.String("only", "", "`measurements`, parted by commas: "+strings.Join(names(), ", ")+"; empty = all")
	photos := flags.String("photos", "24,200", "`numbers` of photos that are shared")
	flags.IntVar(&o.original, "original", 256<<10, "`bytes` of an original that is shared")
	flags.IntVar(&o.rounds, "rounds", 3, "how many `rounds` those that are compared take turns for, where that takes seconds")
	flags.IntVar(&o.load.count, "count", 200, "`number` of originals that are fetched")
	flags.Int64Var(&o.load.size, "size", 1_000_000, "`bytes` of each of them")
	flags.Int64Var(&o.load.large, "large", 1_000_000_000, "`bytes` of the large original")
	flags.StringVar(&o.load.dir, "dir", "", "the `folder` below which originals are stored; empty = that of temporary files")
	flags.StringVar(&o.svg, "svg", "", "write the plot to this `file`")
	flags.BoolVar(&o.asJSON, "json", false, "print JSON")
	flags.BoolVar(&o.quiet, "quiet", false, "say nothing of the progress")
	short := flags.Bool("short", false, "as -only 1M,20M -photos 24 -rounds 1, unless these say otherwise")
	if err = flags.Parse(args); err != nil {
		return o, err
	}
	if *short {
		given := map[string]bool{}
		flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
		for name, value := range map[string]string{"only": "1M,20M", "photos": "24", "rounds": "1"} {
			if !given[name] {
				err = errors.Join(err, flags.Set(name, value))
			}
		}
	}
	return o, errors.Join(err, o.read(*only, *photos))
}

// read reads the lists.
func (o *options) read(only, photos string) error {
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("nothing is called %q", name)
		}
	}
	for field := range strings.SplitSeq(photos, ",") {
		n, err := strconv.Atoi(field)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number above 0", field)
		}
		o.photos = append(o.photos, n)
	}
	if o.rounds < 1 {
		return fmt.Errorf("-rounds %d", o.rounds)
	}
	return nil
}

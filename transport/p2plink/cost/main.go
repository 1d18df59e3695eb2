// Cost measures what it costs to look, on a peer-to-peer network, for what is not there yet, and
// that labels make it nothing: real hosts with a real distributed hash table, in one process.
//
//	go run ./transport/p2plink/cost                  40 hosts, 8 recipients, 50 items
//	go run ./transport/p2plink/cost -hosts 100       other numbers; -recipients, -items and -announced, too
//	go run ./transport/p2plink/cost -short           12 hosts, 3 recipients, 5 items, 30 announcements
//	go run ./transport/p2plink/cost -json            as JSON
//	go run ./transport/p2plink/cost -svg plot.svg    draws [the plot], too
//
// It ends with status 1 if a bound is missed.
//
// # What is counted
//
// A request is a message to the table, counted by the host that is asked; the routine refreshes of
// the tables are off. Connections are those that a host opens. Bytes are those in all streams but
// those of requests to stations that are known: of a look they are what the whole network sends,
// since nobody else does anything; handshakes and headers of packets are not in them. All
// recipients count together, and beside them as many hosts that do nothing.
//
// # The looks
//
// Ann's home has shared a collection with the recipients, and has no original yet. Hosts on a
// large network are not connected to all that they know: so before each look the recipients'
// connections are closed, but those to Ann. Then each recipient looks for the original of each
// item, all at once:
//
//	labelled         as it is: every method of a peer's API that is given an item or a collection,
//	                 and those that go on with wishes and news, each by itself
//	by collection    as if there were no labels: one search a collection, remembered for five minutes
//	by item          as networks do that announce each item: one search an item
//	announced        by collection, once Ann has announced it
//	fetched          the originals are there and the labels gone: every recipient fetches all
//
// The methods are found by reflection: one that is added is measured, too. Programs have no other
// way to search, since only a peer's Config knows who finds.
//
// # Announcements
//
// Those of collections of one item are counted, and then those of 1,000 of 200 items each, which
// Ann's host makes by itself when they are due: what this comes to in an hour stands beside what
// it costs to announce one, in each of as many hours as there are until it is due again. Hour by
// hour it is asked whether something is due before.
//
// # Beyond the hosts that fit
//
// Larger networks are simulated: look-ups as go-libp2p-kad-dht makes them, ten requests at once
// until the three closest hosts have answered, and then the twenty closest, over buckets of
// twenty that hosts keep of each distance. That all buckets are full, that all hosts answer, that
// their times are of one kind, and that a request has as many bytes as those measured is assumed;
// seeds are fixed. The simulation of the network that was measured has to agree with it. On real
// networks many hosts in the tables are gone, so a look costs more there.
//
// [the plot]: https://github.com/glimpse-go/glimpse/blob/main/transport/p2plink/cost/plot.svg
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
)

func main() {
	debug.SetGCPercent(400) // hosts hold little, and make much
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

// size is how large what is measured is.
type size struct{ hosts, recipients, items, announced int }

var errSize = errors.New("there must be an item, a recipient, a collection to announce, and hosts for Ann, the recipients and as many that do nothing")

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("cost", flag.ContinueOnError)
	flags.SetOutput(out)
	var n size
	flags.IntVar(&n.hosts, "hosts", 40, "`number` of hosts, all together")
	flags.IntVar(&n.recipients, "recipients", 8, "`number` of recipients")
	flags.IntVar(&n.items, "items", 50, "`number` of items in the collection")
	flags.IntVar(&n.announced, "announced", 1000, "`number` of collections of 200 items that are announced")
	short := flags.Bool("short", false, "measure little: the other numbers do not count")
	asJSON := flags.Bool("json", false, "print JSON")
	svg := flags.String("svg", "", "draw the plot to this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *short {
		n = size{hosts: 12, recipients: 3, items: 5, announced: 30}
	}
	if n.items < 1 || n.announced < 1 || n.recipients < 1 || n.hosts < 1+2*n.recipients {
		return errSize
	}
	s, err := newStory(ctx, n)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	results, err := s.play(ctx)
	if err != nil {
		return err
	}
	return errors.Join(results.Print(out, *asJSON), s.writePlot(*svg), results.Err())
}

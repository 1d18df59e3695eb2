// Cost measures what it costs to look, on a peer-to-peer network, for what is not there yet, and
// that labels make it nothing: real hosts with a real distributed hash table, in one process.
//
//	go run ./transport/p2plink/cost                    40 hosts, 8 recipients, 50 items
//	go run ./transport/p2plink/cost -hosts 100         other numbers; -recipients, -items and -announced, too
//	go run ./transport/p2plink/cost -json              as JSON
//
// It ends with status 1 if a bound is missed.
//
// # What is counted
//
// A request is a message to the table, counted by the host that is asked; the routine refreshes of
// the tables are off. Bytes are those of the streams of the table and of the questions to those
// who may hold the collection, in both directions, by the host that asks. Connections are those that a host has opened. All
// recipients count together, and beside them as many hosts that do nothing.
//
// # The looks
//
// Ann's home has shared a collection with the recipients, and has no original yet. Each recipient
// searches for, fetches and wishes for the original of each item:
//
//	labelled         as it is: the gate refuses, nothing is sent
//	by collection    as if there were no labels: one search a collection, remembered for five minutes
//	by item          as networks do that announce each item: one search an item
//
// Then the originals are there, she publishes and announces, and every recipient hears of it and
// fetches all. Announcements are counted for collections of one item, and for 1,000 of 200 items,
// which are then announced again when that is due: what this comes to in an hour stands beside
// what it costs to announce one, in each of as many hours as there are until it is due.
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

func main() {
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
	flags.IntVar(&n.announced, "announced", 1000, "`number` of collections of 200 items that are announced, and again")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if n.items < 1 || n.announced < 1 || n.recipients < 1 || n.hosts < 1+2*n.recipients {
		return errSize
	}
	results, err := measured(ctx, n)
	if err != nil {
		return err
	}
	return errors.Join(results.Print(out, *asJSON), results.Err())
}

// measured plays the story and returns what it has cost.
func measured(ctx context.Context, n size) (measure.Results, error) {
	s, err := newStory(ctx, n)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return nil, err
	}
	return s.play(ctx)
}

// Load measures what a hub, a peer and their stores bear, each figure beside what it
// must reach:
//
//	go run ./internal/load                        all of it, on the file store, and the bounds
//	go run ./internal/load -store sqlite          on another store
//	go run ./internal/load -store pg -only "hubs,killed hubs"
//	                                              several hubs, on servers that it starts, or on those that
//	                                              -postgres, -s3 and -nats name
//	go run ./internal/load -only rate,growth      some of it
//	go run ./internal/load -only faults           hubs, servers and disks fail: whatever -store is, on all that
//	                                              is installed of PostgreSQL and versitygw; root fills a disk, too
//	go run ./internal/load -short                 with little in the stores: what CI runs
//	go run ./internal/load -json                  as JSON
//	go run ./internal/load paper                  what many hubs would need, by what steps cost here
//	go run ./internal/load -only growth -store sqlite -svg internal/load/plot.svg
//	                                              draws the plot of the README, too
//
// What is compared takes turns in one run, and the ratios are those of medians. It ends
// with status 1 if a bound is missed. The module stands apart so that what the stores
// depend on stays out of the SDK's module.
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

	"github.com/glimpse-go/glimpse/internal/measure"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// run measures what the arguments ask for and prints it.
func run(ctx context.Context, args []string, w io.Writer) (err error) {
	if len(args) > 0 && args[0] == serveCommand {
		return serveHub(ctx, args[1:])
	}
	if len(args) > 0 && args[0] == paperCommand {
		return paper(ctx, args[1:], w)
	}
	b, only, asJSON, err := parse(args)
	if err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(b.dir, "load"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.clean(ctx), os.RemoveAll(b.dir)) }()
	results, err := b.all(ctx, only)
	err = errors.Join(err, b.writePlot(b.svg))
	return errors.Join(err, results.Print(w, asJSON), results.Err())
}

// parse reads the arguments.
func parse(args []string) (b *bench, only []string, asJSON bool, err error) {
	b = new(bench)
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&b.kind, "store", "file", "the `kind` of store: "+strings.Join(kindNames(), ", "))
	flags.StringVar(&b.dir, "dir", "", "the `folder` below which the stores are made; empty = that of temporary files")
	flags.StringVar(&b.svg, "svg", "", "write the plot of the growth to this `file`")
	flags.StringVar(&b.servers.Postgres, "postgres", "", "`URL` of a PostgreSQL server in which the stores of the kind pg have their schemas; without any of these, servers are started")
	flags.StringVar(&b.servers.S3, "s3", "", "`URL` of a bucket with versions in which they have their blobs: http://KEY:SECRET@HOST/BUCKET")
	flags.StringVar(&b.servers.NATS, "nats", "", "`URL` of a NATS server over which their hubs wake each other")
	flags.BoolVar(&b.short, "short", false, "little in the stores, and few rounds")
	flags.BoolVar(&b.quiet, "quiet", false, "say nothing of the progress")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	list := flags.String("only", "", "`measurements`, parted by commas: "+strings.Join(rowNames(), ", ")+"; empty = all")
	clients := flags.String("clients", "8,32", "`numbers` of clients")
	for _, a := range b.amounts() {
		flags.IntVar(a.of, a.name, 0, fmt.Sprintf("%s; 0 = %d, or %d in short", a.usage, a.full, a.short))
	}
	if err = flags.Parse(args); err != nil {
		return nil, nil, false, err
	}
	if *list != "" {
		only = strings.Split(*list, ",")
	}
	for _, name := range only {
		if !slices.Contains(rowNames(), name) {
			return nil, nil, false, fmt.Errorf("nothing is called %q", name)
		}
	}
	b.clients, err = numbers(*clients)
	b.setDefaults()
	return b, only, asJSON, err
}

// numbers reads a list of numbers above 0.
func numbers(list string) (all []int, err error) {
	for field := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number above 0", field)
		}
		all = append(all, n)
	}
	return all, nil
}

// all measures the rows that are asked for; none = all.
func (b *bench) all(ctx context.Context, only []string) (results measure.Results, err error) {
	for _, r := range rows {
		if len(only) > 0 && !slices.Contains(only, r.name) {
			continue
		}
		b.progress("%s: %s", r.name, r.what)
		found, rowErr := r.measure(b, ctx)
		results = append(results, found...)
		if rowErr != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", r.name, rowErr))
		}
	}
	return results, err
}

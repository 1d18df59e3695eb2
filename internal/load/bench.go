package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/natsbus/natstest"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
)

// row is one measurement. Its results may be several.
type row struct {
	name, what string
	measure    func(*bench, context.Context) (measure.Results, error)
}

// rows are all measurements, in the order in which they are made.
var rows = []row{
	{"rate", "shares and completions a second over HTTP", (*bench).rate},
	{"thumbnails", "shares a second that bring thumbnails", (*bench).thumbnails},
	{"stored", "shares and completions a second with much stored", (*bench).stored},
	{"growth", "the cost of requests against what is stored", (*bench).growth},
	{"written", "what a step on one item of a large collection writes", (*bench).written},
	{"large", "a share of a large collection", (*bench).large},
	{"wide", "steps that concern many recipients or collections", (*bench).wide},
	{"compaction", "the longest request while the store compacts", (*bench).compaction},
	{"start", "how soon a hub answers, and what it holds in memory", (*bench).starting},
	{"killed", "what is lost where a hub is killed at work", (*bench).killed},
	{"hubs", "what several hubs on one store cost", (*bench).hubs},
	{"faults", "what is lost where servers, disks and hubs fail", (*bench).faults},
	{"killed hubs", "what is lost where some of several hubs are killed at work", (*bench).killedHubs},
}

func rowNames() (names []string) {
	for _, r := range rows {
		names = append(names, r.name)
	}
	return names
}

// kindNames are the kinds of stores.
func kindNames() []string {
	return slices.Sorted(maps.Keys(kinds))
}

// bench is how everything is measured in one run.
type bench struct {
	kind    string  // of the stores
	servers servers // of those of the kind pg
	dir     string
	short   bool
	quiet   bool
	svg     string // file of the plot
	clients []int
	ops     int // collections that are shared in one round
	rounds  int // in which those that are compared take turns
	records int // with which a store is full
	items   int // of a large collection
	live    int // megabytes of records that a store compacts
	albums  int // that are stored where a hub starts; there are twice as many users
	kills   int // of a hub
	largest int // number of what is stored for growth

	curves  []curve // of the growth, for the plot
	folders int
	shared  []string // folders of the stores that are on servers
	own     *rig     // has servers that were started here; nil = none were
}

// amount is how much there is of something that is measured, which a flag sets.
type amount struct {
	of          *int
	name, usage string
	full, short int // if the flag does not say it
}

func (b *bench) amounts() []amount {
	return []amount{
		{&b.ops, "ops", "how many `collections` are shared in a round", 800, 100},
		{&b.rounds, "rounds", "how many `rounds` those that are compared take turns for", 5, 3},
		{&b.records, "records", "how many `records` of others a full store holds", 1_500_000, 20_000},
		{&b.largest, "largest", "how `many` records, users or collections are stored at most to see how costs grow", 1_000_000, 10_000},
		{&b.items, "items", "how many `items` a large collection has", 10_000, 2000},
		{&b.live, "live", "how many `megabytes` of records a store compacts", 155, 16},
		{&b.albums, "collections", "how many `collections` are stored where a hub starts, beside twice as many users", 50_000, 500},
		{&b.kills, "kills", "how many `times` a hub is killed", 50, 3},
	}
}

// setDefaults sets the amounts of which nothing was said.
func (b *bench) setDefaults() {
	for _, a := range b.amounts() {
		n := a.full
		if b.short {
			n = a.short
		}
		*a.of = cmp.Or(*a.of, n)
	}
}

// progress says what is going on.
func (b *bench) progress(format string, args ...any) {
	if !b.quiet {
		fmt.Fprintf(os.Stderr, format+"\n", args...)
	}
}

// folder makes a new folder.
func (b *bench) folder() (string, error) {
	b.folders++
	dir := filepath.Join(b.dir, fmt.Sprint(b.folders))
	return dir, os.Mkdir(dir, 0o700)
}

// store makes an empty store.
func (b *bench) store(ctx context.Context) (*counted, error) {
	dir, err := b.folder()
	if err != nil {
		return nil, err
	}
	if b.kind == "pg" {
		if err := b.startServers(); err != nil {
			return nil, err
		}
		if err := b.servers.found(ctx, dir); err != nil {
			return nil, err
		}
		b.shared = append(b.shared, dir)
	}
	return openStore(ctx, b.kind, dir)
}

// startServers starts the servers of the stores of the kind pg, unless there are some.
func (b *bench) startServers() error {
	if b.servers != (servers{}) {
		return nil
	}
	if b.own == nil {
		b.own = &rig{dir: b.dir}
	}
	return b.own.run(func() {
		postgres, s3, nats := pgtest.Start(b.own), s3test.Start(b.own), natstest.Start(b.own)
		b.servers = servers{Postgres: postgres.URL(), S3: keyed(s3.URL, s3.Bucket(b.own)), NATS: nats.URL}
	})
}

// clean removes what the run has left elsewhere than in its folder.
func (b *bench) clean(ctx context.Context) (err error) {
	if b.own != nil {
		return b.own.close()
	}
	for _, dir := range b.shared {
		s, readErr := readServers(dir)
		if err = errors.Join(err, readErr); readErr == nil {
			err = errors.Join(err, s.remove(context.WithoutCancel(ctx)))
		}
	}
	return err
}

// site makes a hub with an empty store and some members.
func (b *bench) site(ctx context.Context, members int) (*site, error) {
	store, err := b.store(ctx)
	if err != nil {
		return nil, err
	}
	a, err := newAuthority(nil)
	if err != nil {
		return nil, err
	}
	return newSite(ctx, a, store, members)
}

// log makes the log of a baseline: one that is to a store of SQLite what a file is to
// others.
func (b *bench) log() (*groupLog, error) {
	dir, err := b.folder()
	if err != nil {
		return nil, err
	}
	if b.kind == "sqlite" {
		return newSQLiteLog(dir)
	}
	return newFileLog(dir)
}

// tidy collects what was left behind, so that nobody pays for others.
func tidy() { runtime.GC() }

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// paperCommand is the argument with which this program does sums: what many hubs would
// need, of what one step costs here.
const paperCommand = "paper"

// paper measures what steps cost, on a store in memory, and does the sums.
func paper(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet(paperCommand, flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print JSON, without what breaks first")
	t, a := aim(flags), assumed(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := measureSizes(ctx)
	if err != nil {
		return err
	}
	results := s.results(*t, *a)
	if *asJSON {
		return results.JSON(w)
	}
	err = s.writeSteps(w)
	err = errors.Join(err, results[len(s.steps())*len(partNames):].Table(w))
	return errors.Join(err, writeLimits(w, s.limits(*t, *a)))
}

// target is what the sums are for.
type target struct {
	Collections float64 // that are stored
	Recipients  float64 // of one collection, the largest
	Shares      float64 // a second; each is completed, told, and read by its recipients
}

func aim(flags *flag.FlagSet) *target {
	t := new(target)
	flags.Float64Var(&t.Collections, "collections", 1e9, "how many `collections` are stored")
	flags.Float64Var(&t.Recipients, "recipients", 1e6, "how many `people` one collection is shared with")
	flags.Float64Var(&t.Shares, "shares", 1e5, "how many `collections` are shared a second")
	return t
}

// assumptions are what is not measured here.
type assumptions struct {
	PerUser     float64 // collections of a user
	RowBytes    float64 // that PostgreSQL adds to a record, its index included
	Commits     float64 // transactions a second of one PostgreSQL server, and
	Reads       float64 // reads, and
	Disk        float64 // bytes that it holds, and
	Logged      float64 // bytes a second that its log takes
	CommitDelay float64 // seconds until a transaction is durable, and
	ReadDelay   float64 // until a read is answered
	Cores       float64 // of a machine with hubs
	Busy        float64 // the part of what a machine is capable of that is used
	Link        float64 // bytes a second of a machine
	Screen      float64 // bytes of the screen version of an item, in S3
	Kept        float64 // days for which those are kept
	Puts        float64 // a second that one prefix of S3 takes
	Messages    float64 // a second of one NATS server
	ProbeDays   float64 // in which all is probed once

	HubPrice, ServerPrice, StoragePrice, PutPrice float64 // a month: a machine, a server with its standby, a GB in S3; and 1000 PUTs
}

func assumed(flags *flag.FlagSet) *assumptions {
	a := new(assumptions)
	for _, f := range []struct {
		to    *float64
		name  string
		value float64
		usage string
	}{
		{&a.PerUser, "per-user", 50, "`collections` of a user"},
		{&a.RowBytes, "row", 157, "`bytes` that PostgreSQL adds to a record (measured: README of pgstore)"},
		{&a.Commits, "commits", 20_000, "`transactions` a second of one PostgreSQL server (measured on two shared cores: 7,000)"},
		{&a.Reads, "reads", 200_000, "`reads` a second of one PostgreSQL server"},
		{&a.Disk, "disk", 8e12, "`bytes` that one PostgreSQL server holds"},
		{&a.Logged, "logged", 500e6, "`bytes` a second of its log"},
		{&a.CommitDelay, "delay", 0.002, "`seconds` until a transaction is durable, on a standby, too"},
		{&a.ReadDelay, "read-delay", 0.0005, "`seconds` until a read is answered"},
		{&a.Cores, "cores", 16, "`cores` of a machine with hubs"},
		{&a.Busy, "busy", 0.5, "the `part` of what a machine is capable of that is used"},
		{&a.Link, "link", 1.25e9, "`bytes` a second of a machine's network"},
		{&a.Screen, "screen", 200e3, "`bytes` of the screen version of an item, in S3"},
		{&a.Kept, "kept", 30, "`days` for which these are kept"},
		{&a.Puts, "puts", 3500, "`PUTs` a second of one prefix of S3"},
		{&a.Messages, "messages", 1e6, "`messages` a second of one NATS server"},
		{&a.ProbeDays, "probe-days", 1, "`days` in which what homes serve is probed once"},
		{&a.HubPrice, "hub-price", 400, "`price` of a machine with hubs, a month"},
		{&a.ServerPrice, "server-price", 4000, "`price` of a PostgreSQL server with its standby, a month"},
		{&a.StoragePrice, "storage-price", 0.023, "`price` of a GB in S3, a month"},
		{&a.PutPrice, "put-price", 0.005, "`price` of 1000 PUTs"},
	} {
		flags.Float64Var(f.to, f.name, f.value, f.usage)
	}
	return a
}

// writeSteps writes what steps cost, one a line.
func (s sizes) writeSteps(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "measured\t%s\t\n", strings.Join(partNames[:], "\t"))
	for _, step := range s.steps() {
		fmt.Fprint(t, step.name)
		for _, part := range step.cost.parts() {
			fmt.Fprint(t, "\t", measure.Figure(part))
		}
		fmt.Fprintln(t, "\t")
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// writeLimits writes what breaks, the first first.
func writeLimits(w io.Writer, limits []limit) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\nwhat breaks, the first first\tat\tof the aim, %\n")
	for _, l := range limits {
		fmt.Fprintf(t, "%s\t%s\t%s\n", l.what, short(l.at), measure.Figure(100*l.at/l.of))
	}
	return t.Flush()
}

// short writes a number in few characters.
func short(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e15, "·10¹⁵"}, {1e12, "·10¹²"}, {1e9, "·10⁹"}, {1e6, "·10⁶"}, {1e3, "·10³"}} {
		if v >= unit.size {
			return measure.Figure(v/unit.size) + unit.name
		}
	}
	return measure.Figure(v)
}

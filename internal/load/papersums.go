package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
)

const (
	readersOfOne = 2 // of a collection that is measured
	newsOfOne    = 2 // that each of them reads: it is there, and it is complete
	day          = 24 * 60 * 60.0
)

// needs are what a target needs.
type needs struct {
	Users, Records, Stored float64 // bytes, with those that PostgreSQL adds
	Batches, Reads         float64 // a second, and
	Written, Bytes         float64 // bytes a second, and
	Puts, Messages         float64
	Objects, ObjectBytes   float64
	Servers, Machines      float64
	Hours                  float64 // in which so many collections come
	Telling                float64 // seconds until the recipients of the largest have been told
	Probing                float64 // reads a second for what homes serve
	Price                  float64 // a month
}

// cycle is what one collection costs until both recipients have seen all of it.
func (s sizes) cycle() stepCost {
	return s.Share.plus(s.Completion).plus(s.News.times(readersOfOne * newsOfOne)).plus(s.Fetch.times(readersOfOne * photos))
}

// needs does the sums.
func (s sizes) needs(t target, a assumptions) (n needs) {
	one := s.cycle()
	n.Users = t.Collections / a.PerUser
	n.Records = n.Users*s.User.Records + t.Collections*one.Records
	n.Stored = n.Users*s.User.Stored + t.Collections*one.Stored + n.Records*a.RowBytes
	n.Probing = t.Collections * s.Probe.Reads / (a.ProbeDays * day)
	n.Batches, n.Reads = t.Shares*one.Batches, t.Shares*one.Reads+n.Probing
	n.Written, n.Bytes = t.Shares*one.Written, t.Shares*one.Bytes
	n.Puts, n.Messages = t.Shares*photos, t.Shares*readersOfOne*newsOfOne
	n.Objects = min(t.Collections, t.Shares*a.Kept*day) * photos
	n.ObjectBytes = n.Objects * a.Screen
	n.Servers = math.Ceil(max(n.Batches/a.Commits, n.Reads/a.Reads, n.Written/a.Logged, n.Stored/a.Disk) / a.Busy)
	n.Machines = math.Ceil(max(t.Shares*one.CPU/a.Cores, n.Bytes/a.Link) / a.Busy)
	n.Hours = t.Collections / t.Shares / 3600
	n.Telling = t.Recipients * s.perRecipient(a)
	n.Price = n.Servers*a.ServerPrice + n.Machines*a.HubPrice + n.ObjectBytes/1e9*a.StoragePrice + n.Objects/a.Kept*30/1000*a.PutPrice
	return n
}

// perRecipient is how many seconds one more recipient of a collection takes to be told: one
// process does it, a batch after the other.
func (s sizes) perRecipient(a assumptions) float64 {
	return s.Recipient.CPU + s.Recipient.Batches*a.CommitDelay + s.Recipient.Reads*a.ReadDelay
}

// limit is something that breaks when a part of a target is so large.
type limit struct {
	what   string
	at, of float64 // the target's
}

// limits returns what breaks, the first first: what is least of the target.
func (s sizes) limits(t target, a assumptions) []limit {
	one := s.cycle()
	perCollection := one.Stored + one.Records*a.RowBytes + (s.User.Stored+s.User.Records*a.RowBytes)/a.PerUser
	all := []limit{
		{"recipients of one: they are in one value of 1 MiB", transport.MaxValue / s.Value, t.Recipients},
		{"recipients of one: a transaction of 2¹⁸ changes", transport.MaxChanges / s.Changes, t.Recipients},
		{"recipients of one: told within a minute by one process", 60 / s.perRecipient(a), t.Recipients},
		{"shares/s: transactions of one PostgreSQL server", a.Busy * a.Commits / one.Batches, t.Shares},
		{"shares/s: reads of one PostgreSQL server", a.Busy * a.Reads / one.Reads, t.Shares},
		{"shares/s: the log of one PostgreSQL server", a.Busy * a.Logged / one.Written, t.Shares},
		{"shares/s: one machine with hubs", a.Busy * a.Cores / one.CPU, t.Shares},
		{"shares/s: the network of one machine", a.Busy * a.Link / one.Bytes, t.Shares},
		{"shares/s: PUTs of screen versions, until S3 splits its prefix", a.Puts / photos, t.Shares},
		{"shares/s: wake-ups of one NATS server", a.Busy * a.Messages / (readersOfOne * newsOfOne), t.Shares},
		{"collections: the disk of one PostgreSQL server", a.Busy * a.Disk / perCollection, t.Collections},
		{"collections: one process that probes all within its time, by reads", a.Busy * a.Reads * a.ProbeDays * day / s.Probe.Reads, t.Collections},
	}
	all = slices.DeleteFunc(all, func(l limit) bool { return !(l.at > 0) || math.IsInf(l.at, 0) })
	slices.SortFunc(all, func(x, y limit) int { return cmp.Compare(x.at/x.of, y.at/y.of) })
	return all
}

// results are what was measured, and what the target needs.
func (s sizes) results(t target, a assumptions) (all measure.Results) {
	for _, step := range s.steps() {
		for i, part := range step.cost.parts() {
			all = append(all, measure.Shown(step.name+": "+partNames[i], part, measure.Lower))
		}
	}
	n := s.needs(t, a)
	for _, r := range []struct {
		what  string
		value float64
	}{
		{"a value grows with a recipient, bytes", s.Value}, {"a transaction grows with a recipient, changes", s.Changes},
		{"collections", t.Collections}, {"recipients of one", t.Recipients}, {"shares a second", t.Shares},
		{"hours in which so many collections come", n.Hours},
		{"million users", n.Users / 1e6}, {"million records", n.Records / 1e6}, {"TB in PostgreSQL", n.Stored / 1e12},
		{"thousand transactions a second", n.Batches / 1e3}, {"thousand reads a second", n.Reads / 1e3},
		{"thousand reads a second, for probes", n.Probing / 1e3},
		{"MB a second in PostgreSQL's log", n.Written / 1e6}, {"partitions: PostgreSQL servers", n.Servers},
		{"machines with hubs", n.Machines}, {"MB of messages a second", n.Bytes / 1e6}, {"thousand wake-ups a second", n.Messages / 1e3},
		{"TB in S3", n.ObjectBytes / 1e12}, {"thousand PUTs a second", n.Puts / 1e3}, {"cost a month, thousand", n.Price / 1e3},
		{"minutes until all recipients of one have been told", n.Telling / 60},
	} {
		all = append(all, measure.Shown(r.what, r.value, measure.Lower))
	}
	return all
}

// steps are what was measured, by their names.
func (s sizes) steps() []namedCost {
	return []namedCost{
		{"a user, with a key and a token", s.User},
		{fmt.Sprintf("a share for two, %d thumbnails of %d KiB", photos, thumbnailSize>>10), s.Share},
		{"its completion", s.Completion}, {"news, read by one", s.News}, {"a thumbnail, fetched", s.Fetch},
		{"a recipient more, in both", s.Recipient}, {"a probe of a collection", s.Probe},
	}
}

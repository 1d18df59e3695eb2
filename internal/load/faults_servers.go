package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/glimpse-go/glimpse/transport/natsbus/natstest"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
)

// ownServers are a PostgreSQL server with two ways to it, an S3 server with faults in front of
// it, and a NATS server.
type ownServers struct {
	*rig
	postgres *pgtest.Server
	ways     [2]*pgtest.Way
	s3       *s3test.Server
	faults   *s3test.Faults
	nats     *natstest.Server
}

// startServers starts all of them, and writes into a folder where they are.
func startServers(r *rig, dir string) (s *ownServers, err error) {
	err = r.run(func() {
		s = &ownServers{rig: r, s3: s3test.Start(r), postgres: pgtest.Start(r), nats: natstest.Start(r)}
		s.faults = s3test.NewFaults(r, s.s3.URL)
		s.ways = [2]*pgtest.Way{pgtest.NewWay(r, s.postgres), pgtest.NewWay(r, s.postgres)}
		at := servers{Postgres: s.postgres.URLBy(s.ways[:]...), S3: keyed(s.faults.URL, s.s3.Bucket(r)), NATS: s.nats.URL}
		if err := at.write(dir); err != nil {
			r.Fatal(err)
		}
	})
	return s, err
}

// keyed is the URL of a bucket of an S3 server of the tests, with the key to it.
func keyed(server, bucket string) string {
	return strings.Replace(server, "://", "://"+s3test.AccessKey+":"+s3test.SecretKey+"@", 1) + "/" + bucket
}

// hazards are what goes wrong with the servers.
func (s *ownServers) hazards(long bool) []hazard {
	do := func(f func()) func(context.Context) error {
		return func(context.Context) error { return s.run(f) }
	}
	spoil := func(decide func(*http.Request) s3test.Fault) func(context.Context) error {
		return do(func() { s.faults.Set(decide) })
	}
	return []hazard{
		{name: "PostgreSQL killed", begin: do(s.postgres.Kill), end: do(s.postgres.Start)},
		{name: "PostgreSQL restarted", begin: do(s.postgres.Stop), end: do(s.postgres.Start)},
		{name: "connections to PostgreSQL cut, and another way", begin: do(s.ways[0].Close), end: do(func() { s.ways[0].Open(s) })},
		{name: "S3 answers 503", begin: spoil(func(*http.Request) s3test.Fault { return s3test.Busy }), end: spoil(nil)},
		{name: "S3 loses the answers of puts", begin: spoil(losePuts), end: spoil(nil)},
		{name: "S3 server killed", begin: do(s.s3.Kill), end: do(func() { s.s3.Resume(s) })},
		{name: "NATS gone", begin: do(s.nats.Stop), end: do(func() { s.nats.Resume(s) }), minute: long, harmless: true},
	}
}

// losePuts loses the answers of all requests that make an object.
func losePuts(r *http.Request) s3test.Fault {
	completes := r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
	if completes || r.Method == http.MethodPut && !r.URL.Query().Has("uploadId") {
		return s3test.Lost
	}
	return s3test.None
}

package coretest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// trusted is everything that a verified collection says, through every accessor.
type trusted struct {
	Name     collection.Name
	Identity collection.Digest
	Edition  collection.Digest
	Header   collection.Header
	Body     collection.Body
	Labels   []label.Rank
	Settled  bool
	Labelled int
	Readers  []bool
	Updates  []said
	Report   collection.Report
	Only     bool // by the authority only
	View     json.RawMessage
	Bytes    []byte
}

type said struct {
	Issuer collection.UserID
	Issued string
	Seal   []byte
	Labels map[int]label.Rank
}

// snapshot writes down all that v says.
func snapshot(tb testing.TB, v collection.Verified) string {
	tb.Helper()
	c := v.Collection()
	if c.Len() == 0 {
		return "empty"
	}
	s := trusted{
		Name: c.Name(), Identity: c.Identity(), Edition: c.EditionDigest(), Header: c.Header(), Body: c.Body(),
		Settled: c.Settled(), Labelled: c.Labelled(), Report: v.Report(), Only: v.AuthorityOnly(),
		View: must(json.Marshal(c))(tb), Bytes: must(c.MarshalBinary())(tb),
	}
	for i := range c.Len() {
		id, rank := c.At(i)
		if other, ok := c.Label(id); !ok || other != rank {
			tb.Fatalf("item %d is %v by number and %v by id", i, rank, other)
		}
		s.Labels = append(s.Labels, rank)
	}
	for _, u := range []collection.UserID{anna, ben, cleo, dora, evil} {
		s.Readers = append(s.Readers, c.MayRead(u))
	}
	for u := range c.Updates() {
		labels := map[int]label.Rank{}
		for i, rank := range u.Labels() {
			labels[i] = rank
		}
		s.Updates = append(s.Updates, said{u.Issuer(), fmt.Sprint(u.Issued()), u.Seal(), labels})
	}
	if s.Report.Revoked != nil { // what does not count is not trusted
		s.Report.Revoked = nil
	}
	return string(must(json.MarshalIndent(s, "", " "))(tb))
}

// labels lists the labels in display order.
func labels(v collection.Verified) (ranks []label.Rank) {
	for _, rank := range v.Collection().Items() {
		ranks = append(ranks, rank)
	}
	return ranks
}

func wantLabels(tb testing.TB, v collection.Verified, want ...label.Rank) {
	tb.Helper()
	if got := labels(v); !slices.Equal(got, want) {
		tb.Errorf("labels %v, want %v", got, want)
	}
}

func sameBytes(tb testing.TB, c, d collection.Collection) bool {
	tb.Helper()
	return bytes.Equal(must(c.MarshalBinary())(tb), must(d.MarshalBinary())(tb))
}

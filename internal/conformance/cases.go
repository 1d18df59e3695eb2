package main

import (
	"context"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// joinCases are copies of an album that are joined and verified.
func joinCases(ctx context.Context, random random, algorithm string, kind label.Kind, items int) ([]request, error) {
	w, err := newWorld(ctx, random, algorithm, kind, items)
	if err != nil {
		return nil, err
	}
	us, err := w.updates(ctx)
	if err != nil {
		return nil, err
	}
	return w.joins(random, us)
}

// joins applies updates in a random order, merges copies that have seen different ones, and
// verifies them.
func (w world) joins(random random, us []collection.Update) (all []request, err error) {
	edited, err := w.c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "Edited" })
	copies := []collection.Collection{w.c, edited}
	for i := 0; i < 12 && err == nil; i++ {
		c, u := copies[random.IntN(len(copies))], us[random.IntN(len(us))]
		have, _ := c.MarshalBinary()
		word, _ := u.MarshalBinary()
		all = append(all, request{Do: "apply", Collection: have, Update: word})
		c, _, err = c.Apply(u)
		copies = append(copies, c)
	}
	for _, c := range copies {
		have, _ := c.MarshalBinary()
		other, _ := copies[random.IntN(len(copies))].MarshalBinary()
		all = append(append(all, request{Do: "merge", Collection: have, Other: other}), w.verifies(have)...)
	}
	return all, err
}

// verifies asks who vouches for a copy, with keyrings that know all keys as good, and each as
// retired, as revoked, and not at all.
func (w world) verifies(have []byte) []request {
	all := []request{{Do: "verify", Collection: have, Keys: w.keys()}}
	for i := range w.keys() {
		retired, revoked := w.keys(), w.keys()
		retired[i].Retired, revoked[i].Revoked = at(3).Unix(), true
		for _, keys := range [][]key{retired, revoked, slices.Delete(w.keys(), i, i+1)} {
			all = append(all, request{Do: "verify", Collection: have, Keys: keys})
		}
	}
	return all
}

// ranks are those that rules tell apart: of the first, the second and the last generation.
var ranks = []label.Rank{0, 1, 2, 3, 13, 14, 15, 16, 30, 31, 1<<32 - 16, 1<<32 - 2, 1<<32 - 1}

// checkCases are the questions that a gate is asked: every kind, right, version and holder.
func checkCases() (all []request) {
	for _, kind := range []label.Kind{label.Flag, label.Boolean, label.Degree} {
		for _, versions := range []int{1, 3} {
			for _, rank := range ranks {
				for holder := range 16 {
					q := request{Do: "check", Kind: kind.String(), Versions: versions, Rank: rank, Author: holder&4 != 0, Unaccepted: holder&8 != 0}
					if holder&1 != 0 {
						q.Held = append(q.Held, 0)
					}
					if holder&2 != 0 {
						q.Held = append(q.Held, versions-1)
					}
					all = append(all, q.everyRight()...)
				}
			}
		}
	}
	return all
}

// everyRight asks for every right to every version, and to one that there is not.
func (q request) everyRight() (all []request) {
	for _, right := range slices.Sorted(maps.Keys(rights)) {
		for version := range q.Versions + 1 {
			q.Right, q.Version = right, version
			all = append(all, q)
		}
	}
	return all
}

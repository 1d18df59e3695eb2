package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// joinCases are collections that are joined and verified, with what this repository's
// packages answer.
func joinCases(ctx context.Context) (all []request, err error) {
	for i, algorithm := range []string{"Ed25519", "ES256", "PS256"} {
		kind := label.Kind(i)
		w, err := newWorld(ctx, algorithm, kind, 30)
		if err != nil {
			return nil, err
		}
		us, err := w.updates(ctx)
		if err != nil {
			return nil, err
		}
		some, err := w.joins(us)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// joins applies updates in a random order, merges copies that have seen different ones, and
// verifies them with keyrings that know keys as good, retired and revoked.
func (w world) joins(us []collection.Update) (all []request, err error) {
	copies := []collection.Collection{w.c}
	var add func(c collection.Collection, u collection.Update)
	add = func(c collection.Collection, u collection.Update) {
		have, e1 := c.MarshalBinary()
		word, e2 := u.MarshalBinary()
		next, _, e3 := c.Apply(u)
		for _, e := range []error{e1, e2, e3} {
			if e != nil {
				err = e
			}
		}
		all = append(all, request{Do: "apply", Collection: have, Update: word})
		copies = append(copies, next)
	}
	for range 12 {
		add(copies[rand.N(len(copies))], us[rand.N(len(us))])
	}
	edited, e := w.c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "Edited" })
	if copies = append(copies, edited); e != nil || err != nil {
		return nil, fmt.Errorf("edit: %w, %w", e, err)
	}
	for _, c := range copies {
		have, _ := c.MarshalBinary()
		other, _ := copies[rand.N(len(copies))].MarshalBinary()
		all = append(all, request{Do: "merge", Collection: have, Other: other}, request{Do: "verify", Collection: have, Keys: w.keys()})
		for i := range w.keys() {
			retired, revoked, unknown := w.keys(), w.keys(), w.keys()
			retired[i].Retired, revoked[i].Revoked = at(3).Unix(), true
			unknown = append(unknown[:i], unknown[i+1:]...)
			for _, keys := range [][]key{retired, revoked, unknown} {
				all = append(all, request{Do: "verify", Collection: have, Keys: keys})
			}
		}
	}
	return all, nil
}

// checkCases are all questions that a gate is asked: every kind, rank, version, right and holder.
func checkCases() (all []request) {
	for _, kind := range []label.Kind{label.Flag, label.Boolean, label.Degree} {
		for _, versions := range []int{1, 3} {
			for rank := range label.Rank(32) {
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
	for right := range rights {
		for version := range q.Versions + 1 {
			q.Right, q.Version = right, version
			all = append(all, q)
		}
	}
	return all
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// acknowledgedRecord and acknowledgedBlob note what must never be lost.
func (t *truth) acknowledgedRecord(s *station, key string) {
	t.promise(t.records, s, key, s.disk.holds(key))
}

func (t *truth) acknowledgedBlob(s *station, key string) {
	if s != t.w.hub || !t.expired[key] {
		t.promise(t.blobs, s, key, s.disk.has(key))
	}
}

func (t *truth) promise(to map[string]*disk, s *station, key string, there bool) {
	to[s.Name+" "+key] = s.disk
	if !there {
		t.w.fail("%s has acknowledged %s, but does not have it", s.Name, key)
	}
}

// leased checks that no process takes over a job before its lease has ended: a job that
// is stored as it was, but for the lease, is taken over.
func (t *truth) leased(d *disk, c transport.Change) {
	key := d.name + " " + c.Key
	if c.Value == nil {
		delete(t.jobs, key)
		return
	}
	job, err := transport.Decode[lab.Leased](c.Value)
	t.w.must(key, err)
	if old, there := t.jobs[key]; there && bytes.Equal(old.Job, job.Job) {
		t.w.say("    %s: %s is taken over", d.name, c.Key)
		if t.w.Now().UnixMilli() < old.Until {
			t.w.fail("%s: %s is taken over before its lease has ended", d.name, c.Key)
		}
	}
	t.jobs[key] = job
}

// acknowledgedShare: the hub has taken a camera's share.
func (t *truth) acknowledgedShare(m *made) { t.acknowledged(m, t.w.hub, 0) }

// acknowledgedSync: a home peer has taken all that a camera has.
func (t *truth) acknowledgedSync(m *made, home *station) { t.acknowledged(m, home, 0, 2) }

func (t *truth) acknowledged(m *made, at *station, versions ...int) {
	t.acknowledgedRecord(at, "c/"+m.name.String())
	for _, id := range m.items {
		for _, v := range versions {
			t.acknowledgedBlob(at, versionKey(m.name.Author, digest.Sum(m.camera.Card[id][v])))
		}
	}
}

// kept checks that nothing that was acknowledged is lost.
func (t *truth) kept() {
	for _, key := range slices.Sorted(maps.Keys(t.records)) {
		d := t.records[key]
		if _, key, _ := strings.Cut(key, " "); !d.holds(key) {
			t.w.fail("%s has lost %s", d.name, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.blobs)) {
		d := t.blobs[key]
		if _, key, _ := strings.Cut(key, " "); !d.has(key) {
			t.w.fail("%s has lost %s", d.name, key)
		}
	}
	for _, wish := range t.wishes {
		if err := t.wishKept(wish); err != nil {
			t.w.fail("%s wishes for %v: %w", wish.at.Name, wish.ref.Item, err)
		}
	}
}

func (t *truth) showAll(s *station, news []notify.Notification) {
	for _, n := range news {
		t.show(s, n)
	}
}

// show checks that news of the center is not shown after newer news of it.
func (t *truth) show(s *station, n notify.Notification) {
	key, order := s.Name+" "+n.Name().String(), t.order[n.ID]
	if order > 0 && order < t.shown[key] {
		t.w.fail("%s shows news of %v after newer news", s.Name, n.Name())
	}
	t.shown[key] = max(order, t.shown[key])
}

// wishKept: a wish has ended, and its user was told, or it still stands.
func (t *truth) wishKept(wish *wish) error {
	if !wish.acknowledged || wish.over {
		return nil
	}
	state, ok := wish.at.disk.state(wish.ref.Collection)
	if !ok {
		return errors.New("its collection is gone")
	}
	i, _ := state.Collection.Index(wish.ref.Item)
	_, rank := state.Collection.At(i)
	ended := rank.Withdrawn() || rank.Complete() && state.Collection.MayReadComplete(wish.at.User) // else it waits for the author
	if wish.ref.Version == len(state.Collection.Ladder())-1 && ended {
		return fmt.Errorf("it is %v, but nobody was told", rank)
	}
	open, err := wish.at.Reader.Wishes(ctx)
	if err != nil {
		return err
	}
	for _, ref := range open {
		if ref == wish.ref {
			return nil
		}
	}
	return fmt.Errorf("forgotten: %v", rank)
}

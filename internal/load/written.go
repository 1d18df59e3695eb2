package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// steps is how many steps of a kind are looked at.
const steps = 8

// written measures what a step on one item of a large collection writes, in bytes of
// keys and values: at the hub, where an item is announced and its label goes, and at a
// recipient's peer, which hears of it, and which fetches a thumbnail.
func (b *bench) written(ctx context.Context) (results measure.Results, err error) {
	s, err := b.site(ctx, readers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	albums, err := s.albums(ctx, 1, authors, b.items, thumbnailSize)
	if err != nil {
		return nil, err
	}
	a := albums[0]
	if _, err := a.shareWith(ctx, s.hub.As(a.author.user), transport.AllBits(steps), thumbnailSize); err != nil {
		return nil, err
	}
	if _, err := s.store.settle(ctx); err != nil {
		return nil, err
	}
	r, err := b.newReader(ctx, s, a)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.peer.Close(ctx), r.store.Close()) }()
	of := fmt.Sprintf("in a collection of %d items, bytes", b.items)
	announced, heard, limit, err := b.announceOne(ctx, s, a, r)
	if err != nil {
		return nil, err
	}
	results = append(results,
		measure.AtMost("keys and values written by an announcement of one item, until its answer, "+of, announced.batch, limit),
		measure.AtMost("the same, and by telling two recipients, "+of, announced.records, limit),
		measure.AtMost("keys and values written by a peer that hears of it "+of, heard.records, limit))
	fetched, err := r.fetchOne(ctx, a)
	if err != nil {
		return nil, err
	}
	return append(results,
		measure.AtMost("keys and values written by a fetch of one thumbnail, itself aside, "+of, fetched.records, 256),
		measure.Shown("written to the disk by an announcement of one item "+of, announced.disk, measure.Lower),
		measure.Shown("written to the disk by a fetch of one thumbnail, itself included, "+of, fetched.disk, measure.Lower)), nil
}

// writing is what a step writes, in bytes: of records, in its own batch and with all that
// follows, the most of some steps; of blobs; and to the disk, in their mean.
type writing struct{ batch, records, blobs, disk float64 }

// watch returns what a step has written into a store, when all that follows it is over.
func watch(ctx context.Context, store *counted, step func() error) (w writing, err error) {
	store.first.Store(0)
	records, blobs, disk := store.records.Load(), store.blobs.Load(), diskWritten()
	if err := step(); err != nil {
		return w, err
	}
	_, err = store.settle(ctx)
	return writing{
		float64(store.first.Load()), float64(store.records.Load() - records),
		float64(store.blobs.Load() - blobs), float64(diskWritten() - disk),
	}, err
}

// add takes another step.
func (w *writing) add(o writing) {
	w.batch, w.records, w.disk = max(w.batch, o.batch), max(w.records, o.records), w.disk+o.disk/steps
}

// diskWritten is how many bytes this process has had written to disks, where the
// system says so (Linux does); 0 elsewhere.
func diskWritten() int64 { return systemFigure("/proc/self/io", "write_bytes") }

// systemFigure is the number behind a name in a file of the system's; 0 if there is none.
func systemFigure(file, name string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "\n"+name+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// announceOne announces items one by one, and returns what the hub and the recipient have
// written, and how much that may be.
func (b *bench) announceOne(ctx context.Context, s *site, a *album, r *reader) (announced, heard writing, limit float64, err error) {
	for i := range steps {
		var answer transport.Answer
		w, err := watch(ctx, s.store, func() (err error) {
			answer, err = s.hub.As(a.author.user).Announce(ctx, a.announcement(i*b.items/steps))
			return err
		})
		if err != nil {
			return announced, heard, limit, err
		}
		announced.add(w)
		for _, u := range answer.Updates {
			limit = max(limit, float64(2*len(u)+1<<10))
		}
		if w, err = watch(ctx, r.store, func() error { return r.receive(ctx) }); err != nil {
			return announced, heard, limit, err
		}
		heard.add(w)
	}
	return announced, heard, limit, nil
}

// reader is a recipient's peer.
type reader struct {
	peer  *peer.Peer
	store *counted
}

// newReader makes the peer of a recipient of an album, which has heard of it.
func (b *bench) newReader(ctx context.Context, s *site, a *album) (*reader, error) {
	store, err := b.store(ctx)
	if err != nil {
		return nil, err
	}
	m := memberOf(s.members, a.recipients[0])
	keys := new(signature.Keyring)
	if err := keys.AddAuthority(s.signer.Public()); err != nil {
		return nil, err
	}
	p, err := peer.New(ctx, m.user, m.signer, peer.Config{Store: store, Keys: keys, Hub: s.hub.As(m.user), Wait: 1})
	if err != nil {
		return nil, err
	}
	r := &reader{p, store}
	return r, r.receive(ctx)
}

// receive hears one piece of news, when the hub has told it.
func (r *reader) receive(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxSettling)
	defer cancel()
	news, err := r.peer.Reader.Receive(ctx)
	for err == nil && len(news) == 0 {
		time.Sleep(stillness / 10)
		news, err = r.peer.Reader.Receive(ctx)
	}
	if err == nil && len(news) != 1 {
		err = fmt.Errorf("%d pieces of news", len(news))
	}
	return err
}

// fetchOne fetches thumbnails one by one.
func (r *reader) fetchOne(ctx context.Context, a *album) (fetched writing, err error) {
	for i := range steps {
		id, _ := a.collection.At(i)
		w, err := watch(ctx, r.store, func() error {
			return r.peer.Reader.Fetch(ctx, transport.Ref{Collection: a.collection.Name(), Item: id, Version: thumbnail})
		})
		if err != nil {
			return fetched, err
		}
		w.records += w.blobs - thumbnailSize // wherever it is stored
		fetched.add(w)
	}
	return fetched, nil
}

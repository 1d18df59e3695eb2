package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
)

// The load under which a store compacts: clients that make a request after another, and
// a writer beside them in the same store. All of them pause in between, so that nothing
// is at its limit.
const (
	clientsBeside    = 4
	pauseBetween     = 20 * time.Millisecond
	recordSize       = 512 // bytes
	recordsPerBatch  = 256
	writtenPerSecond = 20 << 20 // bytes
	writtenTimes     = 3.5      // what is written, against what is live
)

// compaction measures the longest request while a store compacts, above the longest of
// the same load while it does not. In both cases the store holds so many bytes of live
// records, and a writer writes several times as many: one that replaces records, at
// random, so that every part of the store has some that are out of date; and one that
// adds others, so that nothing is.
func (b *bench) compaction(ctx context.Context) (measure.Results, error) {
	var with, without []float64
	rounds, freed := max(b.rounds-2, 1), 0
	for range rounds {
		quiet, _, err := b.longest(ctx, false)
		if err != nil {
			return nil, err
		}
		busy, smaller, err := b.longest(ctx, true)
		if err != nil {
			return nil, err
		}
		if smaller {
			freed++
		}
		with, without = append(with, busy), append(without, quiet)
		b.progress("longest request %.1f ms with, %.1f ms without compaction", 1e3*busy, 1e3*quiet)
	}
	above := 1e3 * (median(with) - median(without))
	return measure.Results{
		measure.AtMost(fmt.Sprintf("longest request while the store compacts %d MB, above that without, ms", b.live), above, 50),
		measure.Shown("longest request of the same load without, ms", 1e3*median(without), measure.Lower),
		b.compacts(fmt.Sprintf("of %d rounds with compaction, those in which the files became smaller", rounds), freed),
	}, nil
}

// compacts is how often a store has compacted, without which its longest request says
// nothing. Of the stores here, that of files does.
func (b *bench) compacts(what string, times int) measure.Result {
	if b.kind == "file" {
		return measure.AtLeast(what, float64(times), 1)
	}
	return measure.Shown(what, float64(times), measure.Higher)
}

// longest is how many seconds the longest request takes beside a writer, and whether the
// store's files have become smaller meanwhile.
func (b *bench) longest(ctx context.Context, replacing bool) (seconds float64, smaller bool, err error) {
	s, err := b.site(ctx, readers)
	if err != nil {
		return 0, false, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	w := writer{store: s.store.Store, dir: s.store.dir, live: b.live << 20 / recordSize, random: rand.New(rand.NewPCG(1, 2))}
	for i := 0; i < w.live; i += recordsPerBatch {
		if err := w.write(ctx, i); err != nil {
			return 0, false, err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	var loadErr error
	all.Go(func() { seconds, loadErr = b.steady(ctx, s) })
	smaller, err = w.run(ctx, replacing)
	stop()
	all.Wait()
	return seconds, smaller, errors.Join(err, loadErr)
}

// writer writes records of its own beside those of a hub.
type writer struct {
	store  transport.Store
	dir    string
	live   int // how many records it has in the beginning
	random *rand.Rand
}

// write writes a batch of records, from the n-th on.
func (w *writer) write(ctx context.Context, n int) error {
	records := make([]transport.Record, recordsPerBatch)
	for i := range records {
		records[i] = w.record(n + i)
	}
	return set(ctx, w.store, records)
}

// record is one whose key is not in the order in which it is written.
func (w *writer) record(n int) transport.Record {
	value := make([]byte, recordSize)
	for i := 0; i < len(value); i += 8 {
		value[i] = byte(w.random.Uint32())
	}
	return transport.Record{Key: fmt.Sprintf("load/%08x", uint32(n)*0x9e3779b1), Value: value}
}

// run writes at a steady rate, and reports whether the files have become smaller at some
// time, by a tenth of what there was in the beginning.
func (w *writer) run(ctx context.Context, replacing bool) (smaller bool, err error) {
	pace := time.NewTicker(time.Second * recordSize * recordsPerBatch / writtenPerSecond)
	defer pace.Stop()
	greatest := int64(0)
	for n := 0; n < int(writtenTimes*float64(w.live)); n += recordsPerBatch {
		if replacing {
			err = w.replace(ctx)
		} else {
			err = w.write(ctx, w.live+n)
		}
		if err != nil {
			return smaller, err
		}
		if n%(16*recordsPerBatch) == 0 {
			now := sizeOf(w.dir)
			greatest = max(greatest, now)
			smaller = smaller || greatest-now > int64(w.live*recordSize/10)
		}
		<-pace.C
	}
	return smaller, nil
}

// replace replaces a batch of records at random.
func (w *writer) replace(ctx context.Context) error {
	seen := map[int]bool{}
	records := make([]transport.Record, 0, recordsPerBatch)
	for len(records) < recordsPerBatch {
		if n := w.random.IntN(w.live); !seen[n] {
			seen[n] = true
			records = append(records, w.record(n))
		}
	}
	return set(ctx, w.store, records)
}

// sizeOf is how many bytes the files below a folder have.
func sizeOf(dir string) (n int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it has just been removed
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}

// steady has some clients make requests over HTTP until ctx is over, and returns how many
// seconds the longest took.
func (b *bench) steady(ctx context.Context, s *site) (float64, error) {
	to := newClient(s.url, clientsBeside)
	longest, failed := make([]float64, clientsBeside), make([]error, clientsBeside)
	var all sync.WaitGroup
	for k := range clientsBeside {
		all.Go(func() {
			for i := k; ctx.Err() == nil && failed[k] == nil; i += clientsBeside + 1 {
				start := time.Now()
				failed[k] = mixed(context.WithoutCancel(ctx), s, to, i)
				longest[k] = max(longest[k], time.Since(start).Seconds())
				time.Sleep(pauseBetween)
			}
		})
	}
	all.Wait()
	return slices.Max(longest), errors.Join(failed...)
}

// mixed is every second time a poll, and else a share.
func mixed(ctx context.Context, s *site, to client, i int) error {
	m := s.members[i%authors]
	if i%2 == 0 {
		_, err := to.as(m).Changes(ctx, transport.ChangesRequest{})
		return err
	}
	a, err := newAlbum(ctx, s.id(), m, plan{items: newItems(photos)}, s.members[authors].user, s.members[authors+1].user)
	if err == nil {
		_, err = a.shareWith(ctx, to.as(m), nil, 0)
	}
	return err
}

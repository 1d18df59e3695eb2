package peer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// PublishAt shows a collection now as PublishPartial does, and has it published when
// the time has come: by Run, or by the first PublishDue after it. The time
// outlasts the process; calling again sets another one. Errors are those of
// PublishPartial and of the store; if that fails, the time is set all the same.
func (p *Author) PublishAt(ctx context.Context, name collection.Name, at time.Time) error {
	if err := record.Put(ctx, p.cfg.Store, transport.Change{Key: dueRecord.Key(name), Value: dueAt(at)}); err != nil {
		return err
	}
	wake(p.scheduled)
	return p.PublishPartial(ctx, name)
}

// PublishDue publishes the collections whose time has come, by Config.Now, and
// returns the time at which the next one is due; zero if there is none. One that a device is
// handing over is due when that has ended, or tried again after Config.Retry. One that
// fails stays due, and its error is among those that are joined. Before that it goes on
// with telling recipients, and with announcing, where that had failed; and where Config.URL
// is another one than before, it says of all that was published that it is served there.
//
// At last it tells the stations that hold a collection which names no authority, whoever has made
// it, what is new of it: who hears something new tells others in turn, so that labels go without
// a hub, and who hears nothing new tells nobody. Stations are those that serve the collection,
// that have told of it, and of Config.Homes; where the gate allows a search, those too that
// Config.Find finds. At most 16 of them, of users who may read it, are told, at once. Whoever is
// offline is told again, with all others, by later calls, after pauses that grow as those of
// Config.Retry, eight times in all; then it has to ask: see Reader.ReceiveFrom. That somebody
// cannot be told is no error.
func (p *Author) PublishDue(ctx context.Context) (next time.Time, err error) {
	next, err = p.publishDue(ctx)
	return next, errors.Join(err, p.gossip(ctx))
}

// publishDue is PublishDue without the gossip, for which Run has another loop.
func (p *Author) publishDue(ctx context.Context) (next time.Time, err error) {
	failed := []error{p.core.Resume(ctx, false), p.moved(ctx)}
	for r, err := range record.Walk(ctx, p.cfg.Store, dueRecord.Under(), "", 0) {
		var name collection.Name
		var at time.Time
		if err == nil {
			name, at, err = parseDue(r)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if now := p.cfg.Now(); !at.After(now) && p.handing.isOn(name) { // its end wakes Run
			at = now.Add(p.cfg.Retry)
		}
		if at.After(p.cfg.Now()) {
			if next.IsZero() || at.Before(next) {
				next = at
			}
			continue
		}
		err = p.Publish(ctx, name)
		if err == nil || errors.Is(err, transport.ErrEnded) { // then it is due no more, and that is told once
			err = errors.Join(err, record.Replace(ctx, p.cfg.Store, r, nil))
		}
		if err != nil && !errors.Is(err, transport.ErrConflict) { // set anew meanwhile
			failed = append(failed, fmt.Errorf("collection %v: %w", name, err))
		}
	}
	return next, errors.Join(failed...)
}

// dueAt is the value of a record that says when something is due.
func dueAt(at time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(max(at.UnixMilli(), 0)))
}

func parseDue(r transport.Record) (name collection.Name, at time.Time, err error) {
	name, err = record.Name(r.Key)
	if err != nil || len(r.Value) != 8 {
		return name, at, transport.At(transport.ErrStorage, r.Key)
	}
	return name, time.UnixMilli(int64(binary.BigEndian.Uint64(r.Value))), nil
}

package hub

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// The pauses between tries to deliver a letter: they double, from one to the
// other.
const (
	firstPause = time.Minute
	lastPause  = 6 * time.Hour
)

// mailer is whom the broadcast wakes when there are new letters.
var mailer collection.UserID

// Deliver hands the letters that are due to Config.Channel, once each, and
// returns when the next ones are due; the zero time if none wait. Those that could
// not be written or delivered are tried again later, with growing pauses, and set
// aside after Config.ParkAfter: see [Hub.Parked]. Those on a collection whose
// author's key was revoked are due when a station of the author's has sealed it
// again. A letter is delivered at least once; newer news that came in between is not
// lost. Errors are those of the store, after all letters were tried.
func (h *Hub) Deliver(ctx context.Context) (next time.Time, err error) {
	if err := h.drain.Enter(); err != nil {
		return next, err
	}
	defer h.drain.Leave()
	if h.cfg.Channel == nil {
		return next, nil
	}
	now := h.cfg.Now()
	type waiting struct {
		letter
		record []byte
	}
	var due []waiting
	err = h.eachLetter(ctx, func(l letter, record []byte) {
		switch at := time.Unix(l.Next, 0); {
		case l.Parked:
		case at.After(now):
			next = earlier(next, at)
		default:
			due = append(due, waiting{l, record})
		}
	})
	for _, w := range due {
		if ctx.Err() != nil {
			break
		}
		again, failed := h.post(ctx, w.letter, w.record)
		next, err = earlier(next, again), errors.Join(err, failed)
	}
	return next, err
}

// earlier is the earlier of two times, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Post delivers letters as they come and are due, until ctx ends, whose error
// it returns, or the hub is closed, with transport.ErrClosed. Errors of the store
// are logged, and what they kept from being done is tried again. A program runs
// one of it.
func (h *Hub) Post(ctx context.Context) error {
	for {
		news := h.broadcast.Wait(mailer) // before looking, so that nothing falls between
		next, err := h.Deliver(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, transport.ErrClosed) {
			h.cfg.Log.Error("letters not delivered", "error", err)
			next = earlier(next, h.cfg.Now().Add(firstPause))
		}
		if err := h.rest(ctx, news, next); err != nil {
			return err
		}
	}
}

// rest waits for news, or until a time comes, if it is not zero.
func (h *Hub) rest(ctx context.Context, news <-chan struct{}, next time.Time) error {
	pause := lastPause
	if !next.IsZero() {
		pause = max(next.Sub(h.cfg.Now()), time.Second)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-news:
	case <-timer.C:
	case <-h.closing:
		return transport.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// post delivers one letter, and forgets it unless it has been replaced by a
// newer one. If it could not be delivered it returns when to try again.
func (h *Hub) post(ctx context.Context, l letter, record []byte) (time.Time, error) {
	address, r, err := h.addressOf(ctx, l)
	if err == nil && address == "" { // a member now, who reads the notification itself
		return time.Time{}, h.replace(ctx, transport.Change{Key: l.key(), Old: record})
	}
	var out notify.Letter
	if err == nil {
		out, err = h.write(ctx, l, address, r)
	}
	switch {
	case errors.Is(err, transport.ErrSeal):
		return time.Time{}, nil // it waits for another seal of the author's
	case err != nil:
		h.cfg.Log.Error("letter not written", "collection", l.name(), "error", err)
		return h.postpone(ctx, l, record)
	case h.cfg.Channel.Deliver(ctx, out) != nil:
		return h.postpone(ctx, l, record)
	}
	return time.Time{}, h.replace(ctx, transport.Change{Key: l.key(), Old: record})
}

// postpone puts a letter off, or aside, and returns when to try it again. One that
// was given up because ctx has ended stays as it is.
func (h *Hub) postpone(ctx context.Context, l letter, record []byte) (time.Time, error) {
	if ctx.Err() != nil {
		return time.Time{}, ctx.Err()
	}
	now := h.cfg.Now()
	again := now.Add(pause(l.Tries))
	l.Tries, l.Next = l.Tries+1, again.Unix()
	l.Parked = now.Sub(time.Unix(l.Since, 0)) >= h.cfg.ParkAfter
	// The channel's error may name the address: it stays out of the log.
	h.cfg.Log.Warn("letter not delivered", "collection", l.name(), "tries", l.Tries, "parked", l.Parked)
	data, err := transport.Encode(l)
	if err != nil {
		return again, err
	}
	if l.Parked {
		again = time.Time{}
	}
	return again, h.replace(ctx, transport.Change{Key: l.key(), Value: data, Old: record})
}

// pause is how long to wait after a number of tries.
func pause(tries int) time.Duration { return min(firstPause<<min(tries, 16), lastPause) }

// write writes a letter. The error wraps transport.ErrSeal while the author's seal
// does not stand.
func (h *Hub) write(ctx context.Context, l letter, address string, r [16]byte) (notify.Letter, error) {
	n := l.Notification
	if s, err := h.core.Load(ctx, n.Name()); err != nil || !s.Sealed {
		return notify.Letter{}, cmp.Or(err, transport.ErrSeal)
	}
	token, err := h.token(ctx, l)
	if err != nil {
		return notify.Letter{}, err
	}
	out := notify.Letter{
		ID: n.ID, Address: address, Reason: n.Reason, Title: n.Title, Note: n.Note, Items: n.Items, Labelled: n.Labelled,
		Token: token, Author: n.Author, Collection: n.Collection, R: r,
	}
	if h.cfg.Link != "" {
		out.Link = h.cfg.Link + "/" + token
	}
	out.Cover, err = h.core.Cover(ctx, n.Name())
	return out, err
}

package mail

import (
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
)

// The pauses between tries to deliver a letter double, from one to the other.
const (
	firstPause = time.Minute
	lastPause  = 6 * time.Hour
)

const day = 24 * time.Hour

// How long the first letter on a collection waits for the cover at most, and how often it
// looks for it.
const (
	coverWait  = time.Minute
	coverPause = 5 * time.Second
)

// Deliver hands the letters that are due to their channels, once each, and
// returns when the next ones are due; the zero time if none wait. Those that could
// not be written or delivered are tried again later, with growing pauses, and set
// aside after Config.ParkAfter, and at once if the address is refused for good: see [Mailer.Parked]. Those on a collection whose
// author's key was revoked are due when a station of the author's has sealed it
// again. The first letter on a collection waits a minute for the cover, which may still
// be coming, and is dropped if the author withdraws everything meanwhile. A letter is
// delivered at least once, and by one of the processes of a hub unless that ends meanwhile;
// newer news that came in between is not lost. Errors are those of the store; what fails of
// one letter does not keep the others.
func (m *Mailer) Deliver(ctx context.Context) (next time.Time, err error) {
	if err := m.drain.Enter(); err != nil {
		return next, err
	}
	defer m.drain.Leave()
	if !m.cfg.Writes() {
		return next, nil
	}
	if err := m.hub.Finish(ctx); err != nil {
		return next, err
	}
	now := m.hub.Now()
	for l, failed := range m.outbox(ctx, records.Letter.Under()) {
		if failed != nil {
			return next, errors.Join(err, failed)
		}
		at := time.Unix(l.Next, 0)
		due := !at.After(now)
		if l.Parked || due && ctx.Err() != nil {
			continue
		}
		if due {
			var failed error
			at, failed = m.deliver(ctx, l)
			err = errors.Join(err, failed)
		}
		next = earlier(next, at)
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

// Run delivers letters as they come and are due, until ctx ends, whose error it
// returns, or the hub is closed, with transport.ErrClosed. Errors of the store are
// logged, and what they kept from being done is tried again. A program runs one of
// it, in each process of the hub.
func (m *Mailer) Run(ctx context.Context) error {
	for {
		next, err := m.Deliver(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, transport.ErrClosed) {
			m.hub.Log.Error("letters not delivered", "error", err)
			next = earlier(next, m.hub.Now().Add(firstPause))
		}
		if err := m.rest(ctx, next); err != nil {
			return err
		}
	}
}

// rest waits for news, or until a time comes, if it is not zero. Of the letters that
// another process leaves when it ends nobody tells: where there are others, it looks for
// them as often as a lease may have ended.
func (m *Mailer) rest(ctx context.Context, next time.Time) error {
	pause := lastPause
	if !next.IsZero() {
		pause = max(next.Sub(m.hub.Now()), time.Second)
	}
	if m.hub.Shared {
		pause = min(pause, lease)
	}
	select {
	case <-m.news:
	case <-time.After(pause):
	case <-m.closing:
		return transport.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// deliver delivers one letter, and forgets it unless it has been replaced by a
// newer one. If it could not be delivered it returns when to try again.
func (m *Mailer) deliver(ctx context.Context, l letter) (time.Time, error) {
	out, err := m.write(ctx, l)
	switch {
	case errors.Is(err, transport.ErrSeal):
		return time.Time{}, nil // it waits for another seal of the author's
	case errors.Is(err, transport.ErrPending):
		return earlier(m.hub.Now().Add(coverPause), l.latest()), nil
	case err != nil:
		m.hub.Log.Error("letter not written", "collection", l.name(), "error", err)
		return m.postpone(ctx, l)
	case out.Address == "":
		return time.Time{}, m.replace(ctx, l, nil)
	}
	return m.handIn(ctx, l, out)
}

// handIn takes a letter that is written and hands it to its channel.
func (m *Mailer) handIn(ctx context.Context, l letter, out notify.Letter) (time.Time, error) {
	told := l.Told
	err := m.take(ctx, &l)
	switch {
	case errors.Is(err, transport.ErrConflict):
		return m.hub.Now().Add(lease), nil // it may be for this one then
	case err != nil:
		return time.Time{}, err
	}
	at, err := m.mayWrite(ctx, &l, out.Address)
	switch {
	case err != nil:
		return time.Time{}, err
	case at.After(m.hub.Now()):
		l.Told = told
		return m.putOff(ctx, l, at)
	}
	if err := m.channel(l.To).Deliver(ctx, out); err != nil {
		l.Told, l.Refused = told, errors.Is(err, notify.ErrRefused)
		return m.postpone(ctx, l)
	}
	return time.Time{}, m.replace(ctx, l, nil)
}

// mayWrite returns when a letter may be sent to its address. It is counted once in a day,
// however often it is tried: else a channel that fails for an hour would use up all that
// somebody may get.
func (m *Mailer) mayWrite(ctx context.Context, l *letter, address string) (time.Time, error) {
	now := m.hub.Now()
	if since := now.Sub(time.Unix(l.Counted, 0)); m.cfg.MaxPerDay < 0 || since >= 0 && since < day {
		return now, nil
	}
	place, err := m.hub.Place(ctx, l.To, address)
	if err != nil {
		return now, err
	}
	at, err := m.hub.MayWrite(ctx, place, m.cfg.MaxPerDay)
	if err == nil && !at.After(m.hub.Now()) {
		l.Counted = now.Unix()
	}
	return at, err
}

// postpone puts a letter off that could not be delivered, or aside, and returns when to try it
// again. One that was given up because ctx has ended stays as it is.
func (m *Mailer) postpone(ctx context.Context, l letter) (time.Time, error) {
	if ctx.Err() != nil {
		return time.Time{}, ctx.Err()
	}
	again := m.hub.Now().Add(min(firstPause<<min(l.Tries, 16), lastPause))
	l.Tries++
	again, err := m.putOff(ctx, l, again)
	// The channel's error may name the address: it stays out of the log.
	m.hub.Log.Warn("letter not delivered", "collection", l.name(), "tries", l.Tries, "parked", err == nil && again.IsZero())
	return again, err
}

// putOff puts a letter off until a time, or aside if it is old.
func (m *Mailer) putOff(ctx context.Context, l letter, again time.Time) (time.Time, error) {
	l.Next = again.Unix()
	l.Parked = l.Refused || m.hub.Now().Sub(time.Unix(l.Since, 0)) >= m.cfg.ParkAfter
	data, err := transport.Encode(l)
	if err != nil {
		return again, err
	}
	if l.Parked {
		again = time.Time{}
	}
	return again, m.replace(ctx, l, data)
}

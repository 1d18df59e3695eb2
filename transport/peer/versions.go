package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Versions yields one partial version of all items of a collection, for a program that
// shows them: first what is here already, then what one request brings, each as soon as
// it has come, was checked and is stored; of several that are there at one time the cover
// first, and then in the author's order. What is yielded can be opened. News need not be
// acknowledged before it is shown: the next Receive does it. The smallest version of what
// Receive has just told of as new comes without a request.
//
// Whoever tells of the collection is asked, the hub first, for what is missing as it comes,
// and again if the stream ends or breaks off after it has brought something. Versions ends
// when all is here that may be fetched, or nothing more comes for as long as the hub waits;
// another call goes on then. Items that the gate refuses cause no request and are left
// out, but for those that are labelled because just this version is not there yet. As in
// Fetch, the latest edition is asked for first where a digest is missing.
//
// An item whose version is refused is yielded with an error that wraps transport.ErrDigest
// or transport.ErrTooLarge, and the others go on. What ends it all is yielded last, without
// an item: the errors of View, those of the network, transport.ErrMalformed (what comes was
// not asked for, or is no stream of versions), transport.ErrUnreachable (nothing comes for a
// minute longer than Config.Wait), transport.ErrStorage, transport.ErrClosed, and
// transport.ErrNotFound for a complete version: see Fetch.
//
// In memory are only the versions that came together, 32 KiB of them, or one of at most 64
// KiB. Several calls may run at once.
func (p *Reader) Versions(ctx context.Context, name collection.Name, version int) iter.Seq2[transport.Ref, error] {
	return func(yield func(transport.Ref, error) bool) {
		within, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(p.running, cancel)()
		l := pulling{Reader: p, name: name, version: version, yield: yield}
		err := l.run(within)
		if err != nil && ctx.Err() == nil && within.Err() != nil {
			err = transport.ErrClosed
		}
		if err != nil && !l.stopped {
			yield(transport.Ref{Collection: name, Version: version}, err)
		}
	}
}

var (
	// errStopped: the program wants no more.
	errStopped = errors.New("stopped")
	// errNothing: who was asked has nothing of what is missing; somebody else may.
	errNothing = transport.At(transport.ErrNotFound, "versions")
	// errSilent: who was asked sends nothing, and does not end the stream.
	errSilent = transport.At(transport.ErrUnreachable, "nothing comes")
)

// pulling is one call of Versions.
type pulling struct {
	*Reader
	name    collection.Name
	version int
	yield   func(transport.Ref, error) bool

	view    *View
	stopped bool           // yield has returned false
	settled transport.Bits // yielded
	wanted  transport.Bits // to be asked for
	unknown bool           // an edition with more digests may be there
}

func (l *pulling) run(ctx context.Context) error {
	for first := true; ; first = false {
		if err := l.look(ctx); err != nil {
			return err
		}
		if first && l.unknown {
			if err := l.latest(ctx, l.name); err != nil {
				return err
			}
			continue
		}
		if l.wanted.IsEmpty() {
			return nil
		}
		if followed, err := l.follow(ctx); followed {
			if l.stopped || errors.Is(err, transport.ErrStorage) || ctx.Err() != nil {
				return err
			}
			continue // whatever became of the rest
		}
		before := l.settled.Len()
		err := l.ask(ctx, l.name, func(from library) error { return l.pull(ctx, from) })
		switch {
		case l.stopped, errors.Is(err, transport.ErrStorage), ctx.Err() != nil:
			return err
		case l.settled.Len() > before: // whatever became of the rest
		case errors.Is(err, errNothing):
			return nil
		default:
			return err
		}
	}
}

// look yields what is here and has not been yielded, and finds out what is missing.
func (l *pulling) look(ctx context.Context) error {
	if err := l.show(ctx); err != nil {
		return err
	}
	c := l.view.Collection()
	l.wanted, l.unknown = nil, false
	for i := range c.Len() {
		if l.settled.Has(i) || l.view.state.Holds(i, l.version) || !l.view.mayCome(i, l.version) {
			continue
		}
		if _, known := c.Digest(i, l.version); known {
			l.wanted = l.wanted.Add(i)
		} else {
			l.unknown = true
		}
	}
	return nil
}

// show yields what is here and has not been yielded.
func (l *pulling) show(ctx context.Context) (err error) {
	if l.view, err = l.Reader.View(ctx, l.name); err != nil {
		return err
	}
	c := l.view.Collection()
	if l.version < 0 || l.version >= len(c.Ladder())-1 {
		return transport.At(transport.ErrNotFound, "a partial version")
	}
	here := l.view.state.HeldOf(l.version).Without(l.settled)
	if i := cover.Item(c); here.Has(i) {
		err = l.showItem(i)
		here = here.Without(transport.BitsOf(i))
	}
	for i := range here.Places() {
		if err == nil {
			err = l.showItem(i)
		}
	}
	return err
}

func (l *pulling) showItem(i int) error {
	if l.view.Check(i, l.version, label.View) != nil {
		return nil
	}
	return l.settle(i, nil)
}

// settle yields an item, which is not asked for any more.
func (l *pulling) settle(i int, err error) error {
	if l.stopped {
		return errStopped
	}
	l.settled = l.settled.Add(i)
	id, _ := l.view.Collection().At(i)
	l.stopped = !l.yield(transport.Ref{Collection: l.name, Item: id, Version: l.version}, err)
	if l.stopped {
		return errStopped
	}
	return nil
}

// follow takes what is missing from the stream that has followed the news, and reports
// whether there was one. It is for those who have none of the versions.
func (l *pulling) follow(ctx context.Context) (followed bool, err error) {
	if l.version > 0 {
		return false, nil
	}
	stream := l.following.take(l.name)
	if stream == nil {
		return false, nil
	}
	if !l.settled.IsEmpty() {
		stream.Close()
		return false, nil
	}
	return true, l.read(ctx, func(within context.Context) (io.ReadCloser, error) {
		context.AfterFunc(within, stream.cancel)
		return stream, nil
	})
}

// pull takes what is missing from one who tells of the collection.
func (l *pulling) pull(ctx context.Context, from library) error {
	others := transport.AllBits(l.view.Collection().Len()).Without(l.wanted)
	return l.read(ctx, func(within context.Context) (io.ReadCloser, error) {
		return from.Versions(within, l.name, l.version, others)
	})
}

// read takes what is missing from a stream.
func (l *pulling) read(ctx context.Context, open func(context.Context) (io.ReadCloser, error)) error {
	within, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	silent := time.AfterFunc(l.cfg.Wait+time.Minute, func() { giveUp(errSilent) })
	defer silent.Stop()
	before := l.settled.Len()
	stream, err := open(within)
	if err == nil {
		defer stream.Close()
		coming := &awaited{stream, silent, l.cfg.Wait + time.Minute}
		err = l.take(ctx, transport.NewUploadReader(station.AsItComes(coming, l.cfg.Now)))
	}
	switch {
	case context.Cause(within) == errSilent:
		return errSilent
	case err == nil && l.settled.Len() == before:
		return errNothing
	}
	return err
}

// awaited is a stream on which something is expected within a time.
type awaited struct {
	io.Reader
	silent *time.Timer
	limit  time.Duration
}

func (a *awaited) Read(b []byte) (int, error) {
	a.silent.Reset(a.limit)
	n, err := arriving{a.Reader}.Read(b)
	a.silent.Stop() // whatever the program does with it
	return n, err
}

// take takes what was asked for from a stream, and yields what came together when it is
// stored.
func (l *pulling) take(ctx context.Context, in *transport.UploadReader) error {
	asked, to := l.wanted, l.core.Intake(l.user, l.view.Collection())
	var came transport.Bits
	for {
		f, err := in.Next()
		switch {
		case err == nil && (f.Version != l.version || f.Offset != 0 || !asked.Has(f.Item) || came.Has(f.Item)):
			err = transport.At(transport.ErrMalformed, "a version that was not asked for")
		case err == nil:
			came = came.Add(f.Item)
			err = l.takeFrame(ctx, to, f)
		case errors.Is(err, io.EOF) && len(in.Seal().Seal) > 0:
			err = transport.At(transport.ErrMalformed, "a seal")
		}
		if err == nil && in.Ready() {
			continue
		}
		if stored := l.store(ctx, to); stored != nil {
			return stored
		}
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// takeFrame takes one version, or refuses it and lets the others go on. One that is too
// large ends the stream: the next one is without it.
func (l *pulling) takeFrame(ctx context.Context, to *station.Intake, f transport.Frame) error {
	if f.Size > l.cfg.MaxPartial {
		err := transport.At(transport.ErrTooLarge, fmt.Sprintf("a partial version of %d bytes", f.Size))
		return errors.Join(l.refuse(ctx, to, f.Item, err), err)
	}
	f.Reader = arriving{f.Reader}
	err := l.drain.Do(func() error { return to.Take(ctx, f) })
	switch {
	case err == nil, ctx.Err() != nil:
		return err
	case errors.Is(err, transport.ErrUnreachable), errors.Is(err, transport.ErrStorage), errors.Is(err, transport.ErrClosed):
		return err
	}
	return l.refuse(ctx, to, f.Item, err)
}

// refuse yields why an item is refused, after those that came before it.
func (l *pulling) refuse(ctx context.Context, taken *station.Intake, i int, err error) error {
	if err := l.store(ctx, taken); err != nil {
		return err
	}
	return l.settle(i, err)
}

// store stores what was taken, also when ctx is over, and yields it.
func (l *pulling) store(ctx context.Context, taken *station.Intake) error {
	if err := l.drain.Do(func() error { return taken.Store(context.WithoutCancel(ctx)) }); err != nil {
		return err
	}
	return l.show(ctx)
}

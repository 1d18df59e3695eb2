// Package station is the shell around the engine that the roles share. A [Core] loads
// the state of a collection, verifies, steps, seals, and stores the next state
// together with the notifications, in that order; [Versions] keeps the bytes, and
// [Server] is what both are to those who call. Records are named in records.go.
package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// Config is what a station's core works with.
type Config struct {
	Store    transport.Store
	Keys     *signature.Keyring
	Rules    engine.Rules
	Signer   *signature.Signer // the authority's, where Rules name one
	Now      func() time.Time
	Pause    turns.Pause
	MaxBytes int64 // of one version; 0 = no limit
	// Letters returns the changes that put letters to those who are no members into
	// the outbox; nil = there are none.
	Letters func(context.Context, engine.Notify) ([]transport.Change, error)
	// Notified is told who has a notification waiting now; nil = nobody.
	Notified func(...collection.UserID)
	// Cache says that partial versions expire.
	Cache bool
}

// Core keeps the collections of one station, and the bytes of their versions, and
// serves both to others. Its methods, and those of its parts, may be called
// concurrently.
type Core struct {
	Config
	Versions *Versions
	Server   *Server

	cache   sync.RWMutex   // held for writing while versions expire; taken before one of locks
	locks   [64]sync.Mutex // by author: a step reads and indexes the author's other collections
	answers answers
	memory  memory
	seals   seals
}

// New makes a core.
func New(cfg Config) *Core {
	k := &Core{Config: cfg, Versions: &Versions{Store: cfg.Store, Pause: cfg.Pause, MaxBytes: cfg.MaxBytes}}
	k.Server = &Server{k}
	return k
}

// Versions keeps the bytes of versions, by their author and their digest.
type Versions struct {
	Store    transport.Store
	Pause    turns.Pause
	MaxBytes int64 // as in Config
	uploads  uploads
	coming   turns.Turns[string] // versions from elsewhere, by the store's key
	making   turns.Turns[string] // those from here, which do not wait for the others
}

// Server is what a station does for those who call it, each of whom its role
// vouches for.
type Server struct{ core *Core }

// Result is what a step came to.
type Result struct {
	State    engine.State
	Answer   *transport.Answer   // if there is one
	Notified []collection.UserID // who has a notification waiting now
	Spread   []transport.Source  // what to announce in other collections
}

// Do steps one event in a collection. The event is made from the state as it
// is then; no event is no step. Nothing is stored after an error. Meanwhile
// nothing is stored of the author's other collections: event may read them, but
// must not call Do.
func (k *Core) Do(ctx context.Context, name collection.Name, event func(engine.State) (engine.Event, error)) (Result, error) {
	return k.do(ctx, name, nil, event)
}

// Step is Do with an event that is the same whatever the state is.
func (k *Core) Step(ctx context.Context, name collection.Name, e engine.Event) (Result, error) {
	return k.do(ctx, name, nil, func(engine.State) (engine.Event, error) { return e, nil })
}

// DoVerified is Do with an event that brings what was verified before.
func (k *Core) DoVerified(ctx context.Context, v Verified, event func(engine.State) (engine.Event, error)) (Result, error) {
	return k.do(ctx, v.Collection.Name(), &v, event)
}

func (k *Core) do(ctx context.Context, name collection.Name, v *Verified, event func(engine.State) (engine.Event, error)) (Result, error) {
	k.cache.RLock()
	defer k.cache.RUnlock()
	lock := k.lockOf(name.Author)
	lock.Lock()
	defer lock.Unlock()
	revision := k.Keys.Revision()
	before, loadErr := k.Load(ctx, name)
	refused := errors.Is(loadErr, transport.ErrSeal)
	old := before.Collection
	switch {
	case refused:
		before = engine.State{} // its edition does not stand; a copy that does takes its place
	case loadErr != nil && !errors.Is(loadErr, transport.ErrNotFound):
		return Result{}, loadErr
	}
	e, err := event(before)
	if refused {
		anew, ok := e.(engine.Updated)
		if !ok {
			return Result{}, loadErr
		}
		anew.Collection = k.withSaid(ctx, anew.Collection, old)
		e = anew
	}
	if err != nil || e == nil {
		return Result{State: before}, transport.Wrap(err)
	}
	after, effects, said, err := k.settle(ctx, before, e)
	if err != nil {
		return Result{State: before}, transport.Wrap(err)
	}
	r, data, err := k.commit(ctx, before, after, effects)
	if err != nil || said && k.Rules.Authority.IsZero() {
		return r, err // a peer's own key may be revoked
	}
	switch e.(type) {
	case engine.Shared, engine.Updated, engine.Sealed:
		if v == nil {
			return r, nil // what it has brought is not verified yet
		}
		revision = min(revision, v.revision)
	}
	k.remember(name, remembered{data: data, revision: revision, state: after.Stored()})
	return r, nil
}

// lockOf returns an author's lock. Some authors share one.
func (k *Core) lockOf(author collection.UserID) *sync.Mutex {
	var sum byte
	for _, b := range author {
		sum ^= b
	}
	return &k.locks[int(sum)%len(k.locks)]
}

// withSaid returns c with the updates of a copy whose edition does not stand any more,
// as far as they stand themselves.
func (k *Core) withSaid(ctx context.Context, c, old collection.Collection) collection.Collection {
	joined, _, err := c.Apply(slices.Collect(old.Updates())...)
	if err != nil {
		return c
	}
	v, err := k.Verify(ctx, joined)
	if err != nil {
		return c
	}
	return v.Collection
}

// settle steps until the station has nothing left to say itself, and reports whether
// it has said anything.
func (k *Core) settle(ctx context.Context, s engine.State, e engine.Event) (_ engine.State, all []engine.Effect, any bool, err error) {
	for e != nil {
		next, effects, err := k.Rules.Step(s, e)
		if err != nil {
			return s, nil, any, err
		}
		s, e = next, nil
		said := s.Collection
		for _, effect := range effects {
			own, err := k.say(ctx, &said, effect)
			if err != nil {
				return s, nil, any, err
			}
			if own {
				any = true
				e = engine.Updated{Collection: said}
			} else {
				all = append(all, effect)
			}
		}
	}
	return s, all, any, nil
}

// say seals what an effect has the station say itself, and joins it to a
// collection; it reports whether the effect is one of these.
func (k *Core) say(ctx context.Context, c *collection.Collection, effect engine.Effect) (own bool, err error) {
	switch effect := effect.(type) {
	case engine.CoSign:
		*c, err = c.CoSign(ctx, k.Signer, k.Now())
	case engine.Validate:
		var u collection.Update
		if u, err = effect.Update.Sign(ctx, k.Signer, k.Now()); err == nil {
			*c, _, err = c.Apply(u)
		}
	case engine.Reseal:
		var edition collection.Collection
		if edition, err = effect.Collection.Sign(ctx, k.Signer, k.Now()); err == nil {
			*c, _, err = c.Merge(edition)
		}
	default:
		return false, nil
	}
	return true, err
}

// commit stores the state, who may read it, the index of a new collection's
// items and the notifications, all in one batch.
func (k *Core) commit(ctx context.Context, before, after engine.State, effects []engine.Effect) (r Result, data []byte, err error) {
	data, err = after.MarshalBinary()
	if err != nil {
		return Result{}, nil, err
	}
	r = Result{State: after}
	changes := append(readerChanges(before, after), transport.Change{Key: stateRecord.Key(after.Collection.Name()), Value: data})
	if !before.Known() {
		index, err := k.indexItems(ctx, after.Collection)
		if err != nil {
			return Result{}, nil, err
		}
		changes = append(changes, index...)
	}
	for _, effect := range effects {
		switch effect := effect.(type) {
		case engine.Reply:
			r.Answer = &effect.Answer
		case engine.Spread:
			r.Spread = append(r.Spread, effect.Source)
		case engine.Notify:
			out, err := k.outbox(ctx, effect)
			if err != nil {
				return Result{}, nil, err
			}
			r.Notified = append(r.Notified, effect.To...)
			changes = append(changes, out...)
			if changes, err = k.writeTo(ctx, effect, changes); err != nil {
				return Result{}, nil, err
			}
		case engine.Write:
			if changes, err = k.writeTo(ctx, effect.Notify, changes); err != nil {
				return Result{}, nil, err
			}
		default:
			return Result{}, nil, fmt.Errorf("effect %T: nothing performs it", effect)
		}
	}
	if err := k.Store.Apply(ctx, changes...); err != nil {
		return r, nil, err
	}
	if k.Notified != nil {
		k.Notified(r.Notified...)
	}
	return r, data, nil
}

// writeTo adds the letters of a notification to changes.
func (k *Core) writeTo(ctx context.Context, t engine.Notify, changes []transport.Change) ([]transport.Change, error) {
	if k.Letters == nil {
		return changes, nil
	}
	letters, err := k.Letters(ctx, t)
	return append(changes, letters...), err
}

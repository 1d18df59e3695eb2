// Package station is the shell around the engine that the roles share. A [Core] loads
// the state of a collection, verifies, steps, seals, and stores the next state
// together with the notifications, in that order; [Versions] keeps the bytes, and
// [Server] is what both are to those who call. Records are named in records.go.
package station

import (
	"cmp"
	"context"
	"crypto/rand"
	"hash/maphash"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// Config is what a station's core works with.
type Config struct {
	Store    transport.Store
	Keys     Keys
	Rules    engine.Rules
	Signer   *signature.Signer // the authority's, where Rules name one
	Dial     transport.Dialer  // reaches peers; nil = nobody
	Now      func() time.Time  // nil = time.Now
	Random   io.Reader         // nil = crypto/rand.Reader
	Pause    turns.Pause
	MaxBytes int64 // of one version; 0 = no limit
	// Letters puts letters to those who are no members into the outbox, in a
	// transaction; nil = there are none.
	Letters func(context.Context, *record.Tx, engine.Notify) error
	// Bus wakes those who wait, in all processes that have the store; nil = nobody waits.
	Bus transport.Bus
	// Notified is told who has a notification waiting now; nil = nobody.
	Notified func(...collection.UserID)
	// With returns what is stored together with a step that has made one state of another, and
	// what is done then; nil = nothing.
	With func(before, after engine.State) (changes []transport.Change, then func())
	// Serves returns what the station serves of a collection beside what was announced; nil,
	// or without items = nothing.
	Serves func(engine.State) transport.Source
	// Later does work beside, until its context ends, and Failed is told what fails of it;
	// nil = in a goroutine of its own, and nobody.
	Later  func(work func(context.Context))
	Failed func(error)
	// Progress is told how far a version of more than maxSmall bytes has come; nil = nobody is.
	Progress func(ref transport.Ref, done, total int64)
	// Cache says that partial versions expire, and that what is kept is counted for its
	// author. Without, what has not come whole is counted alone, for who brings it.
	Cache bool
	// Left returns what a user may still use; nil = there are no limits.
	Left func(context.Context, collection.UserID) (Left, error)
	// Unasked bounds what comes into feeds from strangers; zero = nothing does.
	Unasked Unasked
	// PartAge is how long a version stays that has not come whole; 0 = as long as others.
	PartAge time.Duration
	// Shared says that other processes have the same store.
	Shared bool
	// Interval is between the beginnings of two rounds of a duty, at least.
	Interval time.Duration
}

// Core keeps the collections of one station, and the bytes of their versions, and
// serves both to others. Its methods, and those of its parts, may be called
// concurrently.
type Core struct {
	Config
	Versions *Versions
	Server   *Server
	Peers    *Peers

	cache                       sync.RWMutex     // held for writing while versions expire, so that steps here wait and do not conflict; taken before one of locks
	locks                       [1024]sync.Mutex // by collection
	lockSeed                    maphash.Seed
	reserving                   [64]sync.Mutex // by user
	visiting, expiring, parting duty
	removing                    duty // of what is gone
	tells                       jobs
	spreads                     jobs
	folds                       jobs
	orders                      jobs
	// resumed is the key of the job that Resume has looked at last; "" = it begins anew.
	resuming sync.Mutex
	resumed  string
	// answering is how many answers are being made.
	answering atomic.Int64
	memory    memory
	missed    missed
	gathering gathering
	lists     lists
	albums    albums
	seals     seals
}

// New makes a core.
func New(cfg Config) *Core {
	k := &Core{
		Config: cfg, Versions: &Versions{Store: cfg.Store, Pause: cfg.Pause, MaxBytes: cfg.MaxBytes, Progress: cfg.Progress},
		visiting: duty{name: "visit", under: stateRecord.Under(), page: visitPage},
		expiring: duty{name: "expire", under: ageRecord.Under(), page: expirePage},
		parting:  duty{name: "parts", under: unfinishedRecord.Under(), page: expirePage},
		removing: duty{name: "gone", under: goneRecord.Under(), page: expirePage},
		lockSeed: maphash.MakeSeed(),
	}
	k.removing.due = k.isGoneLong
	k.Versions.core = k
	k.Random = cmp.Or(k.Random, rand.Reader)
	if k.Now == nil {
		k.Now = time.Now
	}
	if k.Later == nil {
		k.Later = func(work func(context.Context)) { go work(context.Background()) }
	}
	if k.Failed == nil {
		k.Failed = func(error) {}
	}
	k.Server, k.Peers = &Server{k}, &Peers{k}
	return k
}

// Versions keeps the bytes of versions, by their author and their digest.
type Versions struct {
	Store    transport.Store
	Pause    turns.Pause
	MaxBytes int64                                      // as in Config
	Progress func(ref transport.Ref, done, total int64) // likewise
	core     *Core                                      // that notes when one comes, and counts it; nil = nothing does
	uploads  uploads
	coming   turns.Turns[string] // versions from elsewhere, by the store's key
	making   turns.Turns[string] // those from here, which do not wait for the others
	latest   atomic.Pointer[digest.Tree]
}

// caches reports whether these are the versions of a cache.
func (k *Versions) caches() bool { return k.core != nil && k.core.Cache }

// Server is what a station does for those who call it, each of whom its role
// vouches for.
type Server struct{ core *Core }

// Peers are the stations that serve originals, as this one reaches them.
type Peers struct{ core *Core }

// Result is what a step came to.
type Result struct {
	State  engine.State
	Answer *transport.Answer // if there is one
	New    bool              // whether the collection was not known before

	sealOnly bool // the answer's collection adds no more to a share than the authority's seal
}

// Do steps one event in a collection. The event is made from the state as it
// is then; no event is no step. Nothing is stored after an error. If something that
// the step rests on changes meanwhile, at this station or in another process, it is done
// anew: event is called again, and must not call Do.
func (k *Core) Do(ctx context.Context, name collection.Name, event func(engine.State) (engine.Event, error)) (Result, error) {
	return k.do(ctx, name, doing{}, func(_ *record.Tx, s engine.State) (engine.Event, error) { return event(s) })
}

// Step is Do with an event that is the same whatever the state is.
func (k *Core) Step(ctx context.Context, name collection.Name, e engine.Event) (Result, error) {
	return k.Do(ctx, name, func(engine.State) (engine.Event, error) { return e, nil })
}

// DoVerified is Do with an event that brings what was verified before. If it is not so
// any more, since a key was revoked in between, the error wraps transport.ErrSeal.
func (k *Core) DoVerified(ctx context.Context, v Verified, event func(engine.State) (engine.Event, error)) (Result, error) {
	return k.do(ctx, v.Collection.Name(), doing{verified: &v}, func(_ *record.Tx, s engine.State) (engine.Event, error) { return event(s) })
}

// doing is how a step is done.
type doing struct {
	verified  *Verified // what the event brings; nil = nothing that was verified
	spreading bool      // it is a part of a job: nothing more is spread by it
	left      *Left     // what its author may still use; nil = whatever it takes
}

// do is Do with an event that is made of what is read in the step's transaction.
func (k *Core) do(ctx context.Context, name collection.Name, how doing, event func(*record.Tx, engine.State) (engine.Event, error)) (Result, error) {
	s, err := k.tryStep(ctx, name, how, event)
	if err == nil {
		k.later(s.jobs...)
		s.wakeReaders(name)
		if s.then != nil {
			s.then()
		}
	}
	return s.result, err
}

func (k *Core) tryStep(ctx context.Context, name collection.Name, how doing, event func(*record.Tx, engine.State) (engine.Event, error)) (s step, err error) {
	k.cache.RLock()
	defer k.cache.RUnlock()
	lock := k.lockOf(name)
	lock.Lock()
	defer lock.Unlock()
	version, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		s = step{core: k, tx: tx, doing: how}
		return s.do(ctx, name, event)
	})
	if err == nil && s.indexed.list != nil {
		k.lists.add(name.Author, s.indexed, version)
	}
	if err == nil && s.keeps && version > 0 {
		k.remember(name, remembered{version, s.on, s.result.State.Stored(), s.parts})
	}
	return s, err
}

// lockOf returns the lock of a collection, which some share: steps in one process
// wait for each other rather than try again. Which those are nobody can choose by an id.
func (k *Core) lockOf(name collection.Name) *sync.Mutex {
	return &k.locks[maphash.Comparable(k.lockSeed, name)%uint64(len(k.locks))]
}

// withSaid returns c with the updates of a copy whose edition does not stand any more,
// as far as they stand themselves.
func (k *Core) withSaid(ctx context.Context, tx *record.Tx, c, old collection.Collection) collection.Collection {
	said, _, err := c.WithoutUpdates().Apply(slices.Collect(old.Updates())...)
	if err != nil {
		return c
	}
	v, err := k.verifyIn(ctx, tx, said)
	if err != nil {
		return c
	}
	joined, _, err := c.Apply(slices.Collect(v.Collection.Updates())...)
	if err != nil {
		return c
	}
	return joined
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

package peer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

const (
	// maxSkew is how far a clock may go back before nobody knows what time has passed.
	maxSkew = 5 * time.Minute
	// heardStep is how much older what is stored of the latest word may be than what is
	// known: so that a disk is not woken for each word.
	heardStep = time.Hour
	// maxLate is how many keys may become known while the authority's word is stale.
	maxLate = 1 << 10
)

// Freshness says how old what a peer knows of revoked keys is: see Peer.Freshness.
type Freshness struct {
	// Authority is the hub's, as it has been heard; zero = not yet.
	Authority collection.KeyID
	// Heard is when the authority's latest word came, by Config.Now; before the first,
	// when the peer began with its hub. Zero = the peer has no hub, or the record is
	// damaged.
	Heard time.Time
	// Stale says that this is longer ago than Config.Stale, or that the clock went back by
	// more than five minutes since: then nobody knows how long ago it is. In collections
	// that name the authority, all of them if it has not been heard, the peer lets no
	// readers in whose keys were not known before, and takes no label off by the word of
	// others than its own user: the errors wrap transport.ErrStale. All else goes on. It
	// is over with the next word.
	Stale bool
}

// Freshness returns how old the latest word of the hub's authority is, as a user interface
// shows it. Without a hub nobody is asked, and nothing is stale.
func (p *Peer) Freshness() Freshness {
	stale := p.isStale()
	p.fresh.mu.Lock()
	defer p.fresh.mu.Unlock()
	f := Freshness{Authority: p.fresh.Authority, Stale: stale}
	if p.fresh.At > 0 {
		f.Heard = time.UnixMilli(p.fresh.At)
	}
	return f
}

// heard is what a peer keeps of the latest word of its hub's authority. Times are in
// milliseconds since 1970, by its own clock.
type heard struct {
	Authority collection.KeyID   `cbor:"1,keyasint"` // zero = not heard yet
	Number    uint64             `cbor:"2,keyasint,omitempty"`
	At        int64              `cbor:"3,keyasint,omitempty"`
	Clock     int64              `cbor:"4,keyasint,omitempty"` // the latest that the clock has shown since
	Late      []collection.KeyID `cbor:"5,keyasint,omitempty"` // keys that became known while it was stale
}

// freshness is the same in memory. The zero freshness is that of a peer without a hub.
type freshness struct {
	mu     sync.Mutex
	known  bool // there is a hub, and the rest is loaded
	stored heard
	heard
	asked time.Time // when the hub was asked last since something was stale
}

// loadFreshness reads what was heard before the start. A peer that begins has heard all
// there is; one whose record is damaged nothing.
func (p *base) loadFreshness(ctx context.Context) error {
	if p.cfg.Hub == nil {
		return nil
	}
	h, r, err := record.Load[heard](ctx, p.cfg.Store, heardRecord.Key())
	switch {
	case err != nil:
		err = p.aside(err, heardRecord.Key())
	case r.Version == 0:
		now := p.cfg.Now().UnixMilli()
		h = heard{At: now, Clock: now}
		err = record.Set(ctx, p.cfg.Store, heardRecord.Key(), h)
	}
	p.fresh.known, p.fresh.heard, p.fresh.stored = true, h, h
	return err
}

// isStale reports whether the latest word is too old, and notes what time it is.
func (p *base) isStale() bool {
	f := &p.fresh
	f.mu.Lock()
	defer f.mu.Unlock()
	now := p.cfg.Now().UnixMilli()
	back := now < f.Clock-maxSkew.Milliseconds()
	f.Clock = max(f.Clock, now)
	return f.known && p.cfg.Stale > 0 && (back || f.Clock-f.At > p.cfg.Stale.Milliseconds())
}

// isStaleFor reports whether that concerns the collections of an authority.
func (p *base) isStaleFor(authority collection.KeyID) bool {
	if authority.IsZero() || !p.isStale() {
		return false
	}
	p.fresh.mu.Lock()
	defer p.fresh.mu.Unlock()
	return p.fresh.Authority.IsZero() || p.fresh.Authority == authority
}

// store stores what has changed, unless that is only a little time.
func (f *freshness) store(ctx context.Context, in transport.Store) error {
	now, old := f.heard, f.stored
	waits := max(now.At-old.At, now.Clock-old.Clock) < heardStep.Milliseconds()
	if waits && now.At >= old.At && now.Authority == old.Authority && now.Number == old.Number && slices.Equal(now.Late, old.Late) {
		return nil
	}
	err := record.Set(ctx, in, heardRecord.Key(), now)
	if err == nil {
		f.stored = now
	}
	return err
}

// heardNow notes that the authority was heard up to a number. Keys that were late are known
// as of now.
func (p *base) heardNow(ctx context.Context, authority collection.KeyID, number uint64) error {
	f := &p.fresh
	f.mu.Lock()
	defer f.mu.Unlock()
	now := p.cfg.Now().UnixMilli()
	f.heard = heard{Authority: authority, Number: number, At: now, Clock: now}
	return f.store(ctx, p.cfg.Store)
}

// labelsMayGo refuses what others than the peer's own user say of a collection if labels
// went by it that are here, while the authority's word is stale: whoever says so may have
// been stopped. Levels may rise, items be withdrawn, and labels come back.
func (p *base) labelsMayGo(ctx context.Context, told collection.Collection) error {
	if !p.isStaleFor(told.Authority()) {
		return nil
	}
	gone, err := p.takesLabels(ctx, told)
	if err != nil || !gone {
		return err
	}
	p.refreshStale(ctx)
	if p.isStaleFor(told.Authority()) {
		return transport.ErrStale
	}
	return nil
}

// takesLabels reports whether labels go by what others than the peer's own user have said.
// Where a collection is not known here all its items are labelled.
func (p *base) takesLabels(ctx context.Context, told collection.Collection) (bool, error) {
	s, err := p.core.Load(ctx, told.Name())
	known := s.Collection
	if isUnknown(err) {
		known, err = told.WithoutUpdates(), nil
	}
	if err != nil {
		return false, err
	}
	others := slices.DeleteFunc(slices.Collect(told.Updates()), func(u collection.Update) bool { return u.Issuer() == p.user })
	next, _, err := known.Apply(others...)
	if err != nil {
		return false, transport.Wrap(err)
	}
	for i := range known.Len() {
		_, before := known.At(i)
		if _, after := next.At(i); before.Labelled() && !after.Labelled() {
			return true, nil
		}
	}
	return false, nil
}

// addLate adds a word on keys to the keyring. Keys of other users that are new while the
// authority's word is stale are late, before anybody can use them.
func (p *base) addLate(ctx context.Context, w station.Word) error {
	var late []collection.KeyID
	if user := w.User(); user != p.user && !user.IsZero() && p.isStale() {
		late = slices.DeleteFunc(w.Keys(), func(key collection.KeyID) bool { return p.cfg.Keys.Has(key) })
	}
	if len(late) == 0 {
		return p.add(ctx, w)
	}
	f := &p.fresh
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.Late)+len(late) > maxLate {
		return transport.At(transport.ErrStale, "too many keys are new")
	}
	err := p.add(ctx, w)
	late = slices.DeleteFunc(late, func(key collection.KeyID) bool { return !p.cfg.Keys.Has(key) })
	if len(late) > 0 {
		f.Late = append(slices.Clone(f.Late), late...)
		err = cmp.Or(err, f.store(ctx, p.cfg.Store))
	}
	return err
}

// isLate reports whether a key became known while the authority's word was stale, which it
// is still.
func (p *base) isLate(key collection.KeyID) bool {
	p.fresh.mu.Lock()
	defer p.fresh.mu.Unlock()
	return slices.Contains(p.fresh.Late, key)
}

// mayBegin refuses a reader whose key is late, in the collections that this concerns. Who
// may not read them all the same does not hear of it.
func (h home) mayBegin(ctx context.Context, name collection.Name) error {
	if !h.isLate(h.caller.Key) {
		return nil
	}
	s, err := h.core.Read(ctx, h.caller.User, name)
	if err == nil && h.isStaleFor(s.Collection.Authority()) {
		return transport.ErrStale
	}
	return nil
}

// mayHear is mayBegin of the collections that news is of.
func (h home) mayHear(ctx context.Context, news transport.Changes) (transport.Changes, error) {
	for _, d := range news.Entries {
		if err := h.mayBegin(ctx, d.Notification.Name()); err != nil {
			return refused(news, err)
		}
	}
	return news, nil
}

// refused ends news that its caller may not have.
func refused(news transport.Changes, err error) (transport.Changes, error) {
	if news.Versions != nil {
		err = errors.Join(err, news.Versions.Close())
	}
	return transport.Changes{}, err
}

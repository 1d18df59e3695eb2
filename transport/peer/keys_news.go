package peer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// keysTimeout is how long the hub may take over one answer.
const keysTimeout = 30 * time.Second

// RefreshKeys asks the hub of whom keys were stopped since it was asked last, and takes what
// it says of those who are known here: from then on their seals, and they as callers, count
// no more. Run calls it every Config.KeyInterval, which is how long a revocation takes to
// reach a peer that does nothing else. Without a hub nothing happens. Errors are those of
// transport.KeyNewsSource and of the store, transport.ErrSeal if no authority that is
// trusted has answered this request, and transport.ErrConflict if it shows an older state
// than before; then nothing has been heard.
func (p *Peer) RefreshKeys(ctx context.Context) error {
	return p.drain.Do(func() error { return p.refreshKeys(ctx) })
}

func (p *base) refreshKeys(ctx context.Context) error {
	if p.cfg.Hub == nil {
		return nil
	}
	p.refreshing.Lock()
	defer p.refreshing.Unlock()
	by, number, err := p.hearKeys(ctx)
	if err == nil {
		return p.heardNow(ctx, by, number)
	}
	if errors.Is(err, transport.ErrSeal) || errors.Is(err, transport.ErrConflict) {
		audit.Log(p.cfg.Log, audit.KeyNewsRefused, "error", err)
	}
	p.isStale() // the clock goes on
	p.fresh.mu.Lock()
	defer p.fresh.mu.Unlock()
	return errors.Join(err, p.fresh.store(ctx, p.cfg.Store))
}

// hearKeys hears all that follows what this process has heard, and takes the statements of
// those who are known here. Another authority's numbers begin anew.
func (p *base) hearKeys(ctx context.Context) (by collection.KeyID, number uint64, err error) {
	for more := true; more; {
		var news transport.KeyNews
		authority, after := p.stopped.heard()
		by, news, err = p.askKeys(ctx, transport.KeyNewsRequest{After: after})
		if after > 0 && !by.IsZero() && by != authority {
			by, news, err = p.askKeys(ctx, transport.KeyNewsRequest{})
		}
		if err == nil && !news.More {
			err = p.notBefore(by, news.Number)
		}
		if err == nil {
			p.stopped.add(by, news.Changed) // before it is looked who is known: the others are asked about as they come
		}
		if err == nil && len(news.Changed) > 0 {
			err = p.askFor(ctx, news.Number, news.Among(p.usersKnown())...)
		}
		if err != nil {
			return by, 0, err
		}
		p.stopped.upTo(news.Number)
		more, number = news.More, news.Number
	}
	return by, number, nil
}

// notBefore refuses a number that is less than what the authority has said before, also
// to a process that is no more.
func (p *base) notBefore(authority collection.KeyID, number uint64) error {
	p.fresh.mu.Lock()
	defer p.fresh.mu.Unlock()
	if authority == p.fresh.Authority && number < p.fresh.Number {
		return transport.At(transport.ErrConflict, "key news that goes back")
	}
	return nil
}

// askFor takes the statements of users of whom keys were stopped, as of some number.
func (p *base) askFor(ctx context.Context, number uint64, users ...collection.UserID) error {
	for some := range slices.Chunk(users, transport.MaxKeyNewsUsers) {
		if _, _, err := p.askKeys(ctx, transport.KeyNewsRequest{After: number, Users: some}); err != nil {
			return err
		}
	}
	return nil
}

// askKeys asks for key news, and takes the statements that come with it, which are sealed
// themselves. In what the authority says now no key is late, however many have come before.
func (p *base) askKeys(ctx context.Context, asked transport.KeyNewsRequest) (by collection.KeyID, news transport.KeyNews, err error) {
	if _, err = io.ReadFull(p.cfg.Random, asked.Nonce[:]); err != nil {
		return by, news, err
	}
	within, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	if news, err = p.cfg.Hub.KeyNews(within, asked); err != nil {
		return by, news, err
	}
	if by, err = news.Verify(ctx, asked, p.cfg.Keys); err != nil { // its key may be in its roster, which comes, too
		if err = p.believe(ctx, news.Statements, p.addLate); err == nil {
			by, err = news.Verify(ctx, asked, p.cfg.Keys)
		}
	}
	if err == nil {
		err = p.believe(ctx, news.Statements, p.add)
	}
	return by, news, err
}

// usersKnown lists the users of whom keys are held.
func (p *base) usersKnown() (users []collection.UserID) {
	for s := range p.cfg.Keys.Keys() {
		users = append(users, s.User)
	}
	slices.SortFunc(users, func(a, b collection.UserID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(users)
}

// refreshStale asks the hub, unless that was tried a moment ago: what is stale may be so
// only since nobody has asked.
func (p *base) refreshStale(ctx context.Context) {
	f, now := &p.fresh, p.cfg.Now()
	f.mu.Lock()
	tried := now.Sub(f.asked).Abs() < p.cfg.KeyInterval
	if !tried {
		f.asked = now
	}
	f.mu.Unlock()
	if tried {
		return
	}
	if err := p.drain.Do(func() error { return p.refreshKeys(ctx) }); err != nil {
		p.cfg.Log.Warn("the authority is not heard", "error", err)
	}
}

// SetRoster implements transport.RosterKeeper, for the peer's own user: the peer goes by
// the roster and hands it on to the hub, whose answer it returns. After an error of the hub
// the peer goes by it all the same, and it is to be sent again.
func (h home) SetRoster(ctx context.Context, roster []byte) ([]byte, error) {
	if h.caller.User != h.user {
		return nil, transport.ErrForbidden
	}
	return station.Inside(&h.drain, func() ([]byte, error) {
		if len(roster) > 0 {
			if err := h.takeRoster(ctx, roster); err != nil {
				return nil, err
			}
		}
		latest, known := h.cfg.Keys.Roster(h.user, [32]byte{})
		if !known || ctx.Err() != nil {
			return nil, cmp.Or(ctx.Err(), transport.ErrNotFound)
		}
		return latest.MarshalBinary()
	})
}

// takeRoster goes by a roster of the peer's own user, as far as it is news, and has the hub
// countersign it.
func (h home) takeRoster(ctx context.Context, roster []byte) error {
	word, err := station.ReadWord(roster)
	switch {
	case err != nil || word.Roster == nil:
		return transport.At(transport.ErrMalformed, "roster")
	case word.User() != h.user:
		return transport.At(transport.ErrForbidden, "roster")
	}
	if err := word.AddTo(ctx, h.cfg.Keys); err != nil {
		return station.WordError(err)
	}
	if err := h.keep(ctx, word, roster); err != nil || h.cfg.Hub == nil {
		return err
	}
	latest, err := h.ownStatement()
	if err != nil {
		return err
	}
	if latest, err = h.cfg.Hub.SetRoster(ctx, latest); err != nil {
		return err
	}
	return h.learn(ctx, [][]byte{latest})
}

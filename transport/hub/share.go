package hub

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// share takes a share: what its sender leaves to the hub is put in first.
func (s session) share(ctx context.Context, share transport.Share) (station.Result, error) {
	c, err := s.hub.core.Server.Shared(ctx, s.user, share)
	if err != nil {
		return station.Result{}, err
	}
	if err := s.mayName(c, share.To); err != nil {
		return station.Result{}, err
	}
	if share.URL != "" {
		if err := s.mayServe(ctx, engine.State{}, share.URL); err != nil {
			return station.Result{}, err
		}
	}
	if err := s.hub.users.know(ctx, parties(c)...); err != nil {
		return station.Result{}, err
	}
	sent := share.Collection
	if share.Collection, err = s.fillIn(ctx, c, sent, share.To); err != nil {
		return station.Result{}, err
	}
	if string(share.Collection) != string(sent) {
		if c, err = collection.Decode(share.Collection); err != nil {
			return station.Result{}, transport.Wrap(err)
		}
	}
	r, err := s.hub.core.Server.Share(ctx, s.user, c, share)
	if err == nil && len(r.Answer.Collection) == 0 && string(share.Collection) != string(sent) {
		r.Answer.Collection = share.Collection
	}
	return r, err
}

// mayName refuses a collection that names more people than the hub takes, or will
// when it is filled in.
func (s session) mayName(c collection.Collection, to []string) error {
	completers := len(slices.Collect(c.Completers()))
	n := len(slices.Collect(c.Recipients())) + len(slices.Collect(c.Addresses())) + completers
	if c.IsDraft() {
		n += len(to)
	}
	if max(n, len(to)) > s.hub.cfg.MaxRecipients {
		return transport.At(transport.ErrTooLarge, "recipients")
	}
	if completers > MaxCompleters {
		return transport.At(transport.ErrTooLarge, "completers")
	}
	return nil
}

// MaxCompleters is how many completers a collection may name, at most: whoever reads it needs
// what is said of the keys of each of them.
const MaxCompleters = 64

// fillIn returns a collection in its binary form, with what a draft that comes
// with mail addresses leaves to the hub: the users, or blinded addresses, for
// these; the authority where it names none, and then the time of a sender
// without a clock. The same draft with the same addresses is filled in alike for
// ever, whoever has registered since.
func (s session) fillIn(ctx context.Context, c collection.Collection, sent []byte, to []string) ([]byte, error) {
	switch {
	case !c.IsDraft():
		return sent, s.isFilledIn(ctx, c, to)
	case len(to) == 0, c.Author() != s.user, len(slices.Collect(c.Updates())) > 0:
		return sent, nil // for the rules to take or refuse
	}
	m, entries, err := s.hub.addresses.remember(ctx, c.Name(), to)
	if err != nil {
		return nil, err
	}
	h := c.Header()
	if h.Authority.IsZero() {
		h.Authority = collection.KeyID(s.hub.PublicKey().ID())
		if h.Created.IsZero() {
			h.Created = time.UnixMilli(m.Created)
		}
	}
	b := c.Body()
	for _, e := range entries {
		if e.Blinded == (collection.Address{}) {
			b.Recipients = append(b.Recipients, e.User)
		} else {
			b.Addresses = append(b.Addresses, e.Blinded)
		}
	}
	if c, err = collection.New(h, b); err != nil {
		return nil, transport.Wrap(err)
	}
	return c.MarshalBinary()
}

// isFilledIn refuses addresses that a sealed collection was not made for: it
// can get no more recipients. Of whom it was made for nobody hears but its author,
// and only if it is theirs.
func (s session) isFilledIn(ctx context.Context, c collection.Collection, to []string) error {
	if len(to) == 0 || c.Author() != s.user {
		return nil
	}
	if _, err := s.hub.core.Verify(ctx, c); err != nil {
		return err
	}
	m, err := loadMailing(ctx, s.hub.cfg.Store, c.Name())
	if err != nil {
		return err
	}
	recipients := slices.Collect(c.Recipients())
	for _, address := range to {
		normal, err := collection.NormalAddress(address)
		if err != nil {
			return transport.At(errors.Join(transport.ErrMalformed, err), "recipient")
		}
		e, known := m.find(normal)
		if !known || !c.HasAddress(e.Blinded) && !slices.Contains(recipients, e.User) {
			return transport.Wrap(&collection.DiffError{Fields: []string{"addresses"}})
		}
	}
	return nil
}

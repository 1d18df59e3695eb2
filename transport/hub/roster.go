package hub

import (
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// RegisterKey is Register for a user who starts with a key: the user's id is
// collection.UserOf of it, and nobody can name another key for it. proof is by the key, as
// AddKey wants it, which puts it into a credential. Repeated after a lost answer, with the
// same addresses, it changes nothing. The errors wrap ErrTaken if an address
// is another user's, or has a temporary account, or the key is registered already otherwise,
// signature.ErrKey for a proof that is none, or collection.ErrAddress.
func (a *Accounts) RegisterKey(ctx context.Context, p Person, key signature.PublicKey, proof []byte) (collection.UserID, error) {
	user := collection.UserOf(key.ID())
	if err := key.CheckPossession(a.keys.authority.ID(), user, proof); err != nil {
		return user, err
	}
	var err error
	if p.Addresses, err = normalAddresses(p.Addresses); err != nil {
		return user, err
	}
	_, err = record.Update(ctx, a.store, func(tx *record.Tx) error { return a.registerKey(ctx, tx, user, p, key) })
	if err == nil {
		a.joined(ctx, p.Addresses)
	}
	return user, err
}

func (a *Accounts) registerKey(ctx context.Context, tx *record.Tx, user collection.UserID, p Person, key signature.PublicKey) error {
	if again, err := a.isRegistered(ctx, tx, user, p); again || err != nil {
		return err
	}
	taken := []string{records.Person.Key(user), records.Key.Key(collection.KeyID(key.ID()))}
	for _, address := range p.Addresses {
		taken = append(taken, records.Address.Key(records.HashOf(address)))
	}
	found, err := tx.Get(ctx, taken...)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(r transport.Record) bool { return r.Version > 0 }) {
		return ErrTaken
	}
	if _, err := a.bind(ctx, tx, user, key); err != nil {
		return err
	}
	return setPerson(tx, user, &p)
}

// isRegistered reports whether a user, who has proved to have the key that the id is derived
// of, is registered as p.
func (a *Accounts) isRegistered(ctx context.Context, tx *record.Tx, user collection.UserID, p Person) (bool, error) {
	known, err := person(ctx, tx, user)
	if errors.Is(err, transport.ErrNotFound) {
		return false, nil
	}
	return err == nil && known.Name == p.Name && !known.Temporary && slices.Equal(known.Addresses, p.Addresses), err
}

// SetRoster takes a roster of a user, in its binary form, and returns it countersigned:
// what the user's stations show to others. The first one, or the first key that was
// added, binds a user whom the hub has made to its user key, for good. From then on the
// hub accepts the seals of the stations listed, and AddKey gives them credentials. An
// earlier roster changes nothing, and the latest is returned. The error wraps
// signature.ErrChanged if the roster contradicts what is held, signature.ErrRevoked if
// the key that has sealed it was revoked, else the errors of signature.Keyring.AddRoster,
// or transport.ErrNotFound if there is no such user.
func (a *Accounts) SetRoster(ctx context.Context, roster []byte) ([]byte, error) {
	var r signature.Roster
	if err := r.UnmarshalBinary(roster); err != nil {
		return nil, err
	}
	var latest []byte
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		err := member(ctx, tx, r.User)
		if err == nil {
			latest, err = a.setRoster(ctx, tx, r)
		}
		return err
	})
	return latest, err
}

// A rosterKeeper is a Directory that takes rosters, as Accounts do: one that is another
// server's may have its own ways.
type rosterKeeper interface {
	SetRoster(ctx context.Context, roster []byte) ([]byte, error)
}

var _ rosterKeeper = (*Accounts)(nil)

// SetRoster implements transport.RosterKeeper. The roster of a user who has no key yet is
// not taken from whoever has a token: it would bind the user to any key.
func (s session) SetRoster(ctx context.Context, roster []byte) ([]byte, error) {
	return station.Inside(&s.hub.drain, func() ([]byte, error) {
		root, err := record.Need(ctx, s.hub.cfg.Store, records.Root.Key(s.user))
		switch {
		case errors.Is(err, transport.ErrNotFound) && len(roster) > 0:
			return nil, transport.At(transport.ErrForbidden, "the user has no key")
		case err != nil:
			return nil, err
		case len(roster) > 0:
			return s.setRoster(ctx, roster)
		}
		if word, err := station.ReadWord(root.Value); err != nil || word.Roster == nil {
			return nil, transport.At(transport.ErrNotFound, root.Key)
		}
		return root.Value, nil
	})
}

func (s session) setRoster(ctx context.Context, roster []byte) ([]byte, error) {
	word, err := station.ReadWord(roster)
	if err != nil || word.Roster == nil {
		return nil, transport.At(transport.ErrMalformed, "roster")
	}
	keeper, keeps := s.hub.cfg.Directory.(rosterKeeper)
	if word.User() != s.user || !keeps {
		return nil, transport.At(transport.ErrForbidden, "roster")
	}
	latest, err := keeper.SetRoster(ctx, roster)
	return latest, station.WordError(err)
}

// setRoster stores a roster, if it is the user's next.
func (a *Accounts) setRoster(ctx context.Context, tx *record.Tx, r signature.Roster) ([]byte, error) {
	held, err := tx.Get(ctx, records.Root.Key(collection.UserID(r.User)), records.Key.Key(collection.KeyID(r.By.ID())))
	if err != nil {
		return nil, err
	}
	ring, err := a.keys.alone(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := ring.hold(ctx, collection.KeyID{}, held[0]); err != nil {
		return nil, err
	}
	if word, err := station.ReadWord(held[1].Value); err == nil && word.Statement.Role == signature.RoleRevoked {
		return nil, signature.ErrRevoked
	}
	if r, err = a.coSign(ctx, r); err != nil {
		return nil, err
	}
	if err := ring.ring.AddRoster(ctx, r); err != nil {
		return nil, err
	}
	latest, _ := ring.ring.Roster(r.User, r.By.ID())
	return a.keepRoster(ctx, tx, held[0], latest)
}

// coSign countersigns a roster, and those before it.
func (a *Accounts) coSign(ctx context.Context, r signature.Roster) (signature.Roster, error) {
	before := make([]signature.Roster, len(r.Before))
	for i, one := range r.Before {
		var err error
		if before[i], err = one.CoSign(ctx, a.signer); err != nil {
			return r, err
		}
	}
	r.Before = before
	return r.CoSign(ctx, a.signer)
}

// keepRoster stores the latest roster of a user: for the user, and with each key that it
// or the one before is on, unless the key is revoked.
func (a *Accounts) keepRoster(ctx context.Context, tx *record.Tx, old transport.Record, latest signature.Roster) ([]byte, error) {
	data, err := latest.MarshalBinary()
	if err != nil || string(data) == string(old.Value) {
		return data, err
	}
	names := keysIn(latest)
	if word, err := station.ReadWord(old.Value); err == nil && word.Roster != nil {
		names = append(names, keysIn(*word.Roster)...)
	}
	found, err := tx.Get(ctx, names...)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		if word, err := station.ReadWord(r.Value); r.Version == 0 || err == nil && word.Roster != nil {
			tx.Set(r.Key, data)
		}
	}
	tx.Set(records.Root.Key(collection.UserID(latest.User)), data)
	if stops(latest) {
		err = noteStopped(ctx, tx, latest.User, a.now())
	}
	return data, err
}

// stops reports whether a roster says of a key that it counts no more.
func stops(r signature.Roster) bool {
	return len(r.Before) > 0 || slices.ContainsFunc(r.Stations, func(s signature.Station) bool { return s.Role == signature.StationRemoved })
}

// keysIn returns the names of the records of the keys in a roster.
func keysIn(r signature.Roster) []string {
	names := []string{records.Key.Key(collection.KeyID(r.By.ID()))}
	for _, s := range r.Stations {
		names = append(names, records.Key.Key(collection.KeyID(s.Key.ID())))
	}
	return names
}

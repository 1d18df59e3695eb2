package hub

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// users are all whom the hub knows: those of its Directory, and of the accounts
// that it keeps itself, which are temporary ones where the Directory is another.
type users struct {
	cfg      Config
	accounts *Accounts
	keys     *keys
	revoked  revoked
}

// own reports whether the Directory is the hub's own.
func (u *users) own() bool { return u.cfg.Directory == transport.Directory(u.accounts) }

// byAddress returns the user of an address. What the hub's own accounts say is read from
// from.
func (u *users) byAddress(ctx context.Context, from record.Getter, normal string) (collection.UserID, error) {
	if u.own() {
		return userOf(ctx, from, normal)
	}
	user, err := u.cfg.Directory.ByAddress(ctx, normal)
	if errors.Is(err, transport.ErrNotFound) {
		return userOf(ctx, from, normal)
	}
	return user, err
}

// adopt makes the temporary account of an address the person's own, if a Directory
// that is not the hub's own says so.
func (u *users) adopt(ctx context.Context, normal string) error {
	if u.own() {
		return nil
	}
	user, joinedErr := u.cfg.Directory.ByAddress(ctx, normal)
	own, err := u.accounts.ByAddress(ctx, normal)
	if err := cmp.Or(joinedErr, err); err != nil {
		if errors.Is(err, transport.ErrNotFound) {
			return nil // nobody has joined, or there was no account
		}
		return err
	}
	waits, err := writesTo(ctx, u.cfg.Store, own)
	switch {
	case err != nil || waits == "":
		return err
	case user != own:
		return fmt.Errorf("%w: the address has a temporary account", ErrTaken)
	}
	_, _, err = u.accounts.confirm(ctx, normal, "")
	return err
}

// know takes the keys of users from a Directory that is not the hub's own, whose
// keys it knows already.
func (u *users) know(ctx context.Context, users ...collection.UserID) error {
	if u.own() {
		return nil
	}
	for _, user := range users {
		if _, err := u.statementsOn(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

// statementsFor returns the key statements that a reader of a collection needs:
// those of author and completers, to verify, and the reader's own, to show; and,
// since who may complete serves originals, the revocations of those who may read, if
// they are not more than so many. It costs one listing for each party.
func (u *users) statementsFor(ctx context.Context, reader collection.UserID, state engine.State, most int) ([][]byte, error) {
	on := append(parties(state.Collection), reader)
	slices.SortFunc(on, func(a, b collection.UserID) int { return slices.Compare(a[:], b[:]) })
	all, err := u.ofAuthority()
	if err != nil {
		return nil, err
	}
	for _, user := range slices.Compact(on) {
		keys, err := u.statementsOn(ctx, user)
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	if !engine.MayComplete(state.Collection, reader) {
		return all, nil
	}
	revoked, err := u.revokedReaders(ctx, state.Collection, most)
	return append(all, revoked...), err
}

// revokedReaders returns the revocations of those who may read a collection, besides
// those who may have sealed something.
func (u *users) revokedReaders(ctx context.Context, c collection.Collection, most int) ([][]byte, error) {
	all, err := u.revoked.among(ctx, u, c, most)
	joined := withoutParties(c, maps.Values(maps.Collect(c.Resolved())))
	if err != nil || len(joined) == 0 || len(joined) > most {
		return all, err
	}
	slices.SortFunc(joined, func(a, b collection.UserID) int { return bytes.Compare(a[:], b[:]) })
	more, err := u.revocations(ctx, slices.Compact(joined))
	return slices.Concat(all, more), err
}

// ofAuthority returns the roster of the authority, if it has one.
func (u *users) ofAuthority() ([][]byte, error) {
	if u.keys.roster.Number == 0 {
		return nil, nil
	}
	data, err := u.keys.roster.MarshalBinary()
	return [][]byte{data}, err
}

// parties are those who may have sealed something in a collection.
func parties(c collection.Collection) []collection.UserID {
	return append([]collection.UserID{c.Author()}, slices.Collect(c.Completers())...)
}

// statementsOn returns the key statements of one user. Whom the hub does not know
// has none: a completer may be a user of somebody else's. Those that are damaged are left out.
func (u *users) statementsOn(ctx context.Context, user collection.UserID) ([][]byte, error) {
	keys, err := u.cfg.Directory.KeyStatements(ctx, user)
	if err == nil && !u.own() {
		return keys, u.learn(ctx, keys)
	}
	if errors.Is(err, transport.ErrNotFound) {
		keys, err = u.accounts.KeyStatements(ctx, user)
	}
	at, placed := errors.AsType[*transport.PlaceError](err)
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return nil, nil
	case placed && record.Damaged(err, at.Place): // it keeps no other user's back
		u.cfg.Log.Error("key statements damaged, and left out", "user", user, "error", err)
		return nil, nil
	}
	return u.readable(user, keys), err
}

// readable leaves out the statements that nobody could read.
func (u *users) readable(user collection.UserID, keys [][]byte) [][]byte {
	return slices.DeleteFunc(keys, func(data []byte) bool {
		_, err := station.ReadWord(data)
		if err != nil {
			u.cfg.Log.Error("key statement damaged, and left out", "user", user)
		}
		return err != nil
	})
}

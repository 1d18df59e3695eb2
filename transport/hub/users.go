package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// users are all whom the hub knows: those of its Directory, and of the accounts
// that it keeps itself, which are temporary ones where the Directory is another.
type users struct {
	cfg      Config
	accounts *Accounts
	keys     *signature.Keyring
	mu       sync.Mutex // around changes of what is learned
}

// own reports whether the Directory is the hub's own.
func (u *users) own() bool { return u.cfg.Directory == transport.Directory(u.accounts) }

// byAddress returns the user of an address.
func (u *users) byAddress(ctx context.Context, normal string) (collection.UserID, error) {
	user, err := u.cfg.Directory.ByAddress(ctx, normal)
	if errors.Is(err, transport.ErrNotFound) {
		return u.accounts.ByAddress(ctx, normal)
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
	waits, err := u.accounts.writesTo(ctx, own)
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
// since who may complete serves originals, the revocations of those who may read.
func (u *users) statementsFor(ctx context.Context, reader collection.UserID, state engine.State) ([][]byte, error) {
	on := append(parties(state.Collection), reader)
	slices.SortFunc(on, func(a, b collection.UserID) int { return slices.Compare(a[:], b[:]) })
	var all [][]byte
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
	revoked, err := u.accounts.revocations(ctx, func(user collection.UserID) bool {
		return !slices.Contains(on, user) && engine.May(state, user)
	})
	return append(all, revoked...), err
}

// parties are those who may have sealed something in a collection.
func parties(c collection.Collection) []collection.UserID {
	return append([]collection.UserID{c.Author()}, slices.Collect(c.Completers())...)
}

// statementsOn returns the key statements of one user. Whom the hub does not know
// has none: a completer may be a user of somebody else's.
func (u *users) statementsOn(ctx context.Context, user collection.UserID) ([][]byte, error) {
	keys, err := u.cfg.Directory.KeyStatements(ctx, user)
	if err == nil && !u.own() {
		return keys, u.learn(ctx, keys)
	}
	if errors.Is(err, transport.ErrNotFound) {
		keys, err = u.accounts.KeyStatements(ctx, user)
	}
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	return keys, err
}

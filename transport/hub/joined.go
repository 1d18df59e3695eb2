package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Joined says that addresses have become users', by the hub's Directory: the
// collections that were shared with one of them are theirs to read from then
// on. The hub's own accounts need no call, and without one the hub finds out
// when a collection is next shared or announced.
//
// Where the hub makes temporary accounts, the directory gives a person the user of
// theirs, which [Accounts.ByAddress] tells before they join, and Joined makes the
// account their own. For another user the error wraps ErrTaken: what was shared
// with the account names its user for good. Other errors are those of the store
// and the directory.
func (h *Hub) Joined(ctx context.Context, addresses ...string) error {
	if err := h.drain.Enter(); err != nil {
		return err
	}
	defer h.drain.Leave()
	for _, address := range addresses {
		normal, err := collection.NormalAddress(address)
		if err != nil {
			return err
		}
		if err := errors.Join(h.adopt(ctx, normal), h.join(ctx, hashed(normal))); err != nil {
			return err
		}
	}
	return nil
}

// adopt makes the temporary account of an address the person's own, if a directory
// that is not the hub's own says so.
func (h *Hub) adopt(ctx context.Context, normal string) error {
	if h.ownDirectory() {
		return nil
	}
	user, err := h.cfg.Directory.ByAddress(ctx, normal)
	var own collection.UserID
	if err == nil {
		own, err = h.accounts.ByAddress(ctx, normal)
	}
	var waits string
	if err == nil {
		waits, err = h.accounts.writesTo(ctx, own)
	}
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return nil // nobody has joined, or there was no account
	case err != nil || waits == "":
		return err
	case user != own:
		return fmt.Errorf("%w: the address has a temporary account", ErrTaken)
	}
	_, _, err = h.accounts.confirm(ctx, normal, "")
	return err
}

// join resolves the address with a hash wherever it waits, and drops the note
// that this is still to be done.
func (h *Hub) join(ctx context.Context, hash string) error {
	names, err := h.waitingFor(ctx, hash)
	if err != nil {
		return err
	}
	for _, name := range names {
		told, err := h.resolve(ctx, name)
		h.wake(told)
		if err != nil {
			return err
		}
	}
	return h.cfg.Store.Apply(ctx, transport.Change{Key: joinedKey(hash)})
}

// joinedKey is the note that an address has become a user's of the hub's own
// accounts: written with that change, dropped when it has taken effect.
func joinedKey(hash string) string { return "joined/" + hash }

// joined is Joined for the hub's own accounts, whose change stands already. What
// fails is done when the hub starts again, or the collection is next shared.
func (h *Hub) joined(ctx context.Context, addresses []string) {
	if err := h.Joined(ctx, addresses...); err != nil && !errors.Is(err, transport.ErrClosed) {
		h.cfg.Log.Error("addresses not resolved yet", "error", err)
	}
}

// joinAll does what a crash has left undone.
func (h *Hub) joinAll(ctx context.Context) error {
	var hashes []string
	for r, err := range h.cfg.Store.Scan(ctx, "joined/") {
		if err != nil {
			return err
		}
		hashes = append(hashes, strings.TrimPrefix(r.Key, "joined/"))
	}
	for _, hash := range hashes {
		if err := h.join(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}

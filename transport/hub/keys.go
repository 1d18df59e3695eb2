package hub

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// What a directory that is not the hub's own says of keys is kept, so that the
// hub verifies after a start what it has verified before: record k/USER/KEY.

// parties are those who may have sealed something in a collection.
func parties(c collection.Collection) []collection.UserID {
	return append([]collection.UserID{c.Author()}, slices.Collect(c.Completers())...)
}

// know takes the keys of users from a directory that is not the hub's own, whose
// keys it knows already.
func (h *Hub) know(ctx context.Context, users ...collection.UserID) error {
	if h.ownDirectory() {
		return nil
	}
	for _, user := range users {
		if _, err := h.statementsOn(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

// ownDirectory reports whether the user base is the hub's own.
func (h *Hub) ownDirectory() bool { return h.cfg.Directory == transport.Directory(h.accounts) }

// statements returns the key statements that the user needs: those of author and
// completers, to verify, and the user's own, to show; and, since who may complete
// serves originals, the revocations of those who may read.
func (s session) statements(ctx context.Context, state engine.State) ([][]byte, error) {
	users := append(parties(state.Collection), s.user)
	slices.SortFunc(users, func(a, b collection.UserID) int { return slices.Compare(a[:], b[:]) })
	var all [][]byte
	for _, u := range slices.Compact(users) {
		keys, err := s.statementsOn(ctx, u)
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	if !engine.MayComplete(state.Collection, s.user) {
		return all, nil
	}
	revoked, err := s.accounts.revocations(ctx, func(u collection.UserID) bool {
		return !slices.Contains(users, u) && engine.May(state, u)
	})
	return append(all, revoked...), err
}

// statementsOn returns the key statements of one user: a member's, or those of an
// account that is the hub's own wherever the members are. Who is neither has
// none: a completer may be a user of somebody else's.
func (h *Hub) statementsOn(ctx context.Context, user collection.UserID) ([][]byte, error) {
	keys, err := h.cfg.Directory.KeyStatements(ctx, user)
	if err == nil {
		return keys, h.learn(ctx, keys)
	}
	if errors.Is(err, transport.ErrNotFound) {
		keys, err = h.accounts.KeyStatements(ctx, user)
	}
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	return keys, err
}

// learn takes what a directory that is not the hub's own says of keys.
func (h *Hub) learn(ctx context.Context, statements [][]byte) error {
	if h.ownDirectory() {
		return nil
	}
	for _, data := range statements {
		if err := h.learnOne(ctx, data); err != nil {
			return err
		}
	}
	return nil
}

// learnOne takes one statement, if it is news, into the keyring, and keeps it. What
// the keyring refuses is left out.
func (h *Hub) learnOne(ctx context.Context, data []byte) error {
	var s signature.KeyStatement
	if err := s.UnmarshalBinary(data); err != nil {
		h.cfg.Log.Warn("key statement refused", "error", err)
		return nil
	}
	if news, err := h.isNews(ctx, s); err != nil || !news {
		return err
	}
	h.learning.Lock()
	defer h.learning.Unlock()
	if news, err := h.isNews(ctx, s); err != nil || !news {
		return err
	}
	if err := h.keys.Add(ctx, s); err != nil {
		h.cfg.Log.Warn("key statement refused", "error", err)
		return ctx.Err()
	}
	return h.cfg.Store.Apply(ctx, transport.Change{Key: learnedKey(s), Value: data})
}

func learnedKey(s signature.KeyStatement) string {
	id := s.Key.ID()
	return "k/" + collection.UserID(s.User).String() + "/" + hex.EncodeToString(id[:])
}

// isNews reports whether a statement says something else than what is kept of its
// key, and later. A revocation is final.
func (h *Hub) isNews(ctx context.Context, s signature.KeyStatement) (bool, error) {
	data, err := h.cfg.Store.Get(ctx, learnedKey(s))
	var kept signature.KeyStatement
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return true, nil
	case err != nil:
		return false, err
	case kept.UnmarshalBinary(data) != nil:
		return true, nil
	case kept.Role == signature.RoleRevoked || s.Role == signature.RoleRevoked:
		return kept.Role != signature.RoleRevoked, nil
	}
	same := s.From.Equal(kept.From) && s.Until.Equal(kept.Until)
	return !same && s.Issued.After(kept.Issued), nil
}

// loadLearned fills the keyring with what directories have said, and forgets what
// the authority of now does not vouch for.
func (h *Hub) loadLearned(ctx context.Context) error {
	var forget []transport.Change
	for r, err := range h.cfg.Store.Scan(ctx, "k/") {
		if err != nil {
			return err
		}
		var s signature.KeyStatement
		if s.UnmarshalBinary(r.Value) != nil || h.keys.Add(ctx, s) != nil {
			forget = append(forget, transport.Change{Key: r.Key})
		}
	}
	if err := ctx.Err(); err != nil || len(forget) == 0 {
		return err
	}
	return h.cfg.Store.Apply(ctx, forget...)
}

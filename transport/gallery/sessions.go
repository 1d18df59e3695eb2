package gallery

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// maxSessions is how many sessions a user has at once; the one that was not used for longest ends
// for another.
const maxSessions = 32

// session is that a user is signed in, in one browser.
type session struct {
	User    collection.UserID
	Used    time.Time // last, to a thirtieth of how long sessions last
	Seal    *seal     `json:",omitempty"` // of the station that has signed in, or made the passkey: the session lasts as long as that stands
	Passkey string    `json:",omitempty"` // by which the user has signed in: likewise
}

// kept is a session as the store has it.
type kept struct {
	session
	record transport.Record
	token  string
	Key    collection.KeyID // of the station that has signed in; zero = it was none
}

// sessions keeps who is signed in. Of tokens it keeps their SHA-256 alone.
type sessions struct {
	store transport.Store
	lasts time.Duration // without use
	now   func() time.Time
}

const sessionsOf = "gallery/session/"

// keyOf is the record of a token: the user's id, a dot and a secret.
func keyOf(token string) (key string, ok bool) {
	id, _, _ := strings.Cut(token, ".")
	var user collection.UserID
	if user.UnmarshalText([]byte(id)) != nil {
		return "", false
	}
	sum := sha256.Sum256([]byte(token))
	return sessionsOf + user.String() + "/" + hex.EncodeToString(sum[:]), true
}

// begin begins a session, if what it rests on is so, and returns its token.
func (s *sessions) begin(ctx context.Context, of session, rests ...transport.Condition) (token string, err error) {
	changes, err := s.room(ctx, of.User)
	if err != nil {
		return "", err
	}
	of.Used = s.now()
	token = of.User.String() + "." + rand.Text()
	key, _ := keyOf(token)
	changes = append(changes, transport.Change{Key: key, Value: encode(of)})
	_, err = s.store.Apply(ctx, transport.Batch{Conditions: rests, Changes: changes})
	return token, err
}

// room removes sessions that are over, and those for which there is no room with another one.
func (s *sessions) room(ctx context.Context, user collection.UserID) (changes []transport.Change, err error) {
	var all []kept
	for r, err := range s.store.Scan(ctx, sessionsOf+user.String()+"/", "", 0) {
		if err != nil {
			return nil, err
		}
		one := kept{record: r}
		_ = json.Unmarshal(r.Value, &one.session) // what cannot be read is the oldest
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b kept) int { return b.Used.Compare(a.Used) })
	for i, one := range all {
		if i >= maxSessions-1 || s.isOver(one.session) {
			changes = append(changes, transport.Change{Key: one.record.Key})
		}
	}
	return changes, nil
}

// isOver reports whether a session was not used for too long, or would be by a clock that has gone
// back since.
func (s *sessions) isOver(of session) bool { return s.now().Sub(of.Used).Abs() > s.lasts }

// find returns the session of a token. The error wraps ErrUnauthenticated if there is none.
func (s *sessions) find(ctx context.Context, token string) (kept, error) {
	key, ok := keyOf(token)
	if !ok {
		return kept{}, transport.ErrUnauthenticated
	}
	r, err := s.store.Get(ctx, key)
	if err != nil {
		return kept{}, err
	}
	found := kept{record: r[0], token: token}
	if r[0].Version == 0 || json.Unmarshal(r[0].Value, &found.session) != nil || s.isOver(found.session) {
		return kept{}, transport.ErrUnauthenticated
	}
	return found, nil
}

// keep notes that a session is used, now and then, and reports whether it did.
func (s *sessions) keep(ctx context.Context, of kept) (bool, error) {
	if s.now().Sub(of.Used) < s.lasts/30 {
		return false, nil
	}
	of.Used = s.now()
	_, err := s.store.Apply(ctx, transport.Batch{
		Conditions: []transport.Condition{{Key: of.record.Key, Version: of.record.Version}},
		Changes:    []transport.Change{{Key: of.record.Key, Value: encode(of.session)}},
	})
	if errors.Is(err, transport.ErrConflict) { // another request has noted it, or ended it
		return false, nil
	}
	return err == nil, err
}

// end ends a session.
func (s *sessions) end(ctx context.Context, r transport.Record) error {
	_, err := s.store.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: r.Key}}})
	return err
}

// endAll ends all sessions of a user.
func (s *sessions) endAll(ctx context.Context, user collection.UserID) error {
	return s.endSome(ctx, user, func(session) bool { return true })
}

func (s *sessions) endSome(ctx context.Context, user collection.UserID, ends func(session) bool) error {
	var changes []transport.Change
	for r, err := range s.store.Scan(ctx, sessionsOf+user.String()+"/", "", 0) {
		if err != nil {
			return err
		}
		var one session
		if json.Unmarshal(r.Value, &one) != nil || ends(one) {
			changes = append(changes, transport.Change{Key: r.Key})
		}
	}
	_, err := s.store.Apply(ctx, transport.Batch{Changes: changes})
	return err
}

// encode encodes what always can be.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

func newSessions(cfg Config) *sessions {
	return &sessions{cfg.Store, cmp.Or(cfg.Lasts, 30*24*time.Hour), cfg.Now}
}

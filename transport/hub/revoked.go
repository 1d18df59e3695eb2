package hub

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// lookups is how many users are looked up at once.
const lookups = 1000

// maxRevoked is how much is remembered of the revocations of readers: of collections, and
// revocations, together.
const maxRevoked = 10_000

// revoked finds the revocations of keys of those who may read a collection. To look for
// them costs one record for each reader; so what was found is remembered, while one record
// has the same version that changes with every revocation of anybody's: then it costs
// that one. The zero revoked remembers nothing yet.
type revoked struct {
	mu      sync.Mutex
	version uint64 // of that record
	size    int
	of      map[collection.Digest][][]byte // by a collection's identity, which names its recipients
}

// among returns the revocations of recipients of a collection, besides those who may
// complete it; none if there are more recipients than most, and nothing is remembered.
func (v *revoked) among(ctx context.Context, u *users, c collection.Collection, most int) ([][]byte, error) {
	now, err := record.Get(ctx, u.cfg.Store, records.Revoked.Key()) // before they are looked up
	if err != nil || now.Version == 0 {
		return nil, err // nobody's was ever revoked
	}
	if known, ok := v.get(c.Identity(), now.Version); ok {
		return known, nil
	}
	recipients := withoutParties(c, c.Recipients())
	if len(recipients) > most {
		return nil, nil
	}
	found, err := u.revocations(ctx, recipients)
	if err == nil {
		v.put(c.Identity(), now.Version, found)
	}
	return found, err
}

// withoutParties leaves out those who may complete a collection.
func withoutParties(c collection.Collection, users iter.Seq[collection.UserID]) []collection.UserID {
	return slices.DeleteFunc(slices.Collect(users), func(user collection.UserID) bool { return engine.MayComplete(c, user) })
}

func (v *revoked) get(of collection.Digest, version uint64) (found [][]byte, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	found, ok = v.of[of]
	return found, ok && v.version == version
}

// put remembers what was found, and forgets all else where it is too much or too old.
func (v *revoked) put(of collection.Digest, version uint64, found [][]byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.of == nil || v.version != version || v.size > maxRevoked {
		v.version, v.size, v.of = version, 0, map[collection.Digest][][]byte{}
	}
	v.size += 1 + len(found)
	v.of[of] = found
}

// revocations returns the revocations of keys of some users. One record is looked up for
// each, a thousand at once; all but few are not there. What is listed is only the
// statements of those of whom a key was revoked.
func (u *users) revocations(ctx context.Context, of []collection.UserID) ([][]byte, error) {
	var all [][]byte
	for some := range slices.Chunk(of, lookups) {
		keys := make([]string, len(some))
		for i, user := range some {
			keys[i] = records.Revoked.Key(user)
		}
		found, err := u.cfg.Store.Get(ctx, keys...)
		if err != nil {
			return nil, err
		}
		for i, r := range found {
			if r.Version == 0 {
				continue
			}
			if all, err = u.appendRevocations(ctx, all, some[i]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// appendRevocations appends the revocations of a user's keys.
func (u *users) appendRevocations(ctx context.Context, to [][]byte, user collection.UserID) ([][]byte, error) {
	statements, err := u.statementsOn(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, data := range statements {
		word, err := station.ReadWord(data)
		if err != nil {
			return nil, transport.At(transport.ErrStorage, records.Statement.Under(user)) // none is returned that is
		}
		if word.Roster != nil || word.Statement.Role == signature.RoleRevoked {
			to = append(to, data)
		}
	}
	return to, nil
}

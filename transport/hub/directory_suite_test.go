package hub_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// userBase is a directory that a server has already: who is not in it is not
// found.
type userBase struct {
	mu        sync.RWMutex
	addresses map[string]collection.UserID
	keys      map[collection.UserID][][]byte
}

func (b *userBase) ByAddress(ctx context.Context, address string) (collection.UserID, error) {
	return find(ctx, b, b.addresses, address)
}

func (b *userBase) KeyStatements(ctx context.Context, user collection.UserID) ([][]byte, error) {
	statements, err := find(ctx, b, b.keys, user)
	var out [][]byte
	for _, s := range statements {
		out = append(out, bytes.Clone(s))
	}
	return out, err
}

func find[K comparable, V any](ctx context.Context, b *userBase, in map[K]V, key K) (V, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	value, ok := in[key]
	if !ok && ctx.Err() == nil {
		return value, transport.ErrNotFound
	}
	return value, ctx.Err()
}

// newUserBase makes a user base of these members, whose keys an authority has
// sealed.
func newUserBase(t *testing.T, authority *signature.Signer, members []transporttest.Member) *userBase {
	b := &userBase{addresses: map[string]collection.UserID{}, keys: map[collection.UserID][][]byte{}}
	for _, m := range members {
		for _, address := range m.Addresses {
			b.addresses[address] = m.User
		}
		b.keys[m.User] = nil
		if len(m.Keys) == 1 {
			s, err := signature.KeyStatement{User: m.User, Key: m.Keys[0], Issued: time.Unix(1, 0)}.Sign(t.Context(), authority)
			labtest.Must(t, err)
			data, err := s.MarshalBinary()
			labtest.Must(t, err)
			b.keys[m.User] = [][]byte{data}
		} else if len(m.Keys) > 1 {
			b.keys[m.User] = [][]byte{rosterOf(t, authority, m)}
		}
	}
	return b
}

// rosterOf is the roster of a member, which an authority has countersigned.
func rosterOf(t *testing.T, authority *signature.Signer, m transporttest.Member) []byte {
	r := signature.Roster{User: m.User}
	for i := range m.Keys {
		station, err := signature.NewStation(t.Context(), m.User, lab.Signer(fmt.Sprint(m.Addresses[0], i)), signature.StationPeer)
		labtest.Must(t, err)
		r = r.Join(station)
	}
	r, err := r.Sign(t.Context(), lab.UserKey(m.User))
	labtest.Must(t, err)
	r, err = r.CoSign(t.Context(), authority)
	labtest.Must(t, err)
	data, err := r.MarshalBinary()
	labtest.Must(t, err)
	return data
}

// members are users with more and with less. register gives one its id.
func members(t *testing.T, register func(addresses []string) collection.UserID) (all []transporttest.Member) {
	for keys, addresses := range [][]string{{"ann@example.org"}, {"bob@example.org", "b.ob+x@mail.example.com"}, {"carol@example.org"}} {
		m := transporttest.Member{User: register(addresses), Addresses: addresses}
		for i := range keys {
			m.Keys = append(m.Keys, lab.Signer(fmt.Sprint(addresses[0], i)).Public())
		}
		all = append(all, m)
	}
	return all
}

// TestDirectorySuite runs the suite on the accounts that a hub keeps itself.
func TestDirectorySuite(t *testing.T) {
	transporttest.Directory(t, func(t *testing.T) transporttest.DirectoryFixture {
		w := labtest.New(t, hub.Config{})
		accounts := w.Hub.Hub.Accounts()
		all := members(t, func(addresses []string) collection.UserID {
			user, err := accounts.Register(t.Context(), hub.Person{Addresses: addresses})
			labtest.Must(t, err)
			return user
		})
		for _, m := range all {
			for i := range m.Keys {
				_, err := lab.Enroll(t.Context(), w.Hub.Hub, m.User, fmt.Sprint("key ", i), lab.Signer(fmt.Sprint(m.Addresses[0], i)), signature.StationPeer)
				labtest.Must(t, err)
			}
		}
		return transporttest.DirectoryFixture{Directory: accounts, Authority: w.Hub.Hub.PublicKey(), Users: all}
	})
}

// TestDirectorySuiteElsewhere runs it on a user base of a server's own.
func TestDirectorySuiteElsewhere(t *testing.T) {
	transporttest.Directory(t, func(t *testing.T) transporttest.DirectoryFixture {
		next, authority := byte(0), lab.Signer("authority")
		all := members(t, func([]string) collection.UserID {
			next++
			return collection.UserID{next}
		})
		return transporttest.DirectoryFixture{Directory: newUserBase(t, authority, all), Authority: authority.Public(), Users: all}
	})
}

// TestReaderWhomTheDirectoryDoesNotKnow: the hub's own accounts, such as those
// that were temporary, read and share beside the users of a directory.
func TestReaderWhomTheDirectoryDoesNotKnow(t *testing.T) {
	w := labtest.New(t, hub.Config{Directory: newUserBase(t, lab.Signer("stranger"), nil), Unknown: hub.Temporary})
	cam := w.Camera(w.User("ann"), 1)
	name := cam.AlbumFor("title", nil, "eve@example.org")
	cam.Shares(name)
	eve, err := w.Hub.Hub.Accounts().Confirm(t.Context(), "eve@example.org", "Eve")
	labtest.Must(t, err)
	state, err := w.Hub.Hub.As(eve).Collection(t.Context(), name)
	labtest.Must(t, err)
	if len(state.Keys) != 1 || !bytes.Equal(state.Keys[0], cam.Statement) {
		t.Errorf("%d key statements, want the author's", len(state.Keys))
	}
}

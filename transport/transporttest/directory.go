package transporttest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// DirectoryFixture is what the suite of directories works with: a directory and what is
// in it.
type DirectoryFixture struct {
	transport.Directory
	// Authority is the key that has sealed its key statements.
	Authority signature.PublicKey
	// Users are some of its users, at least two: their addresses in the normal
	// form, and their keys. One of them at least has several addresses, one
	// several keys, and one no key.
	Users []Member
}

// Member is one user of a directory.
type Member struct {
	User      collection.UserID
	Addresses []string
	Keys      []signature.PublicKey
}

// Directory checks a directory against the contract of transport.Directory.
func Directory(t *testing.T, open func(t *testing.T) DirectoryFixture) {
	run(t, open, []check[DirectoryFixture]{
		{"users by address", usersByAddress},
		{"addresses that are nobody's", addressesOfNobody},
		{"key statements", keyStatements},
		{"a user that is none", noUser},
		{"many callers at once", directoryAtOnce},
		{"canceled context", directoryCanceled},
	})
}

func usersByAddress(t *testing.T, m DirectoryFixture) {
	for _, member := range m.Users {
		for _, address := range member.Addresses {
			user, err := m.ByAddress(t.Context(), address)
			want(t, err, nil)
			if user != member.User {
				t.Errorf("%s is %v's, want %v", address, user, member.User)
			}
		}
	}
}

// addressesOfNobody: they are not found, and what is no address is refused; no
// error repeats one, since errors are logged.
func addressesOfNobody(t *testing.T, m DirectoryFixture) {
	known := m.Users[0].Addresses[0]
	local, domain, _ := strings.Cut(known, "@")
	for _, address := range []string{
		"nobody@" + domain, local + "x@" + domain, local[1:] + "y@" + domain, local + "@x." + domain,
		"", local, "@" + domain, known + " ", known + "\x00", known + "," + known, "%@" + domain, "*@" + domain,
	} {
		m.refuses(t, address)
	}
}

func (m DirectoryFixture) refuses(t *testing.T, address string) {
	t.Helper()
	user, err := m.ByAddress(t.Context(), address)
	_, bad := collection.NormalAddress(address)
	if !errors.Is(err, transport.ErrNotFound) && (bad == nil || !errors.Is(err, collection.ErrAddress)) || !user.IsZero() {
		t.Errorf("%q: %v, %v", address, user, err)
	}
	if err != nil && strings.Contains(address, "@") && strings.Contains(err.Error(), address) {
		t.Errorf("the error repeats the address: %v", err)
	}
}

// keysOf returns the keys of a user, as the authority or the user's roster has sealed
// them: a user key that only seals rosters is none of them.
func keysOf(ctx context.Context, m DirectoryFixture, user collection.UserID) ([]signature.PublicKey, error) {
	statements, err := m.KeyStatements(ctx, user)
	if err != nil {
		return nil, err
	}
	var ring signature.Keyring
	err = ring.AddAuthority(m.Authority)
	var keys []signature.PublicKey
	for _, data := range statements {
		var s signature.KeyStatement
		var r signature.Roster
		if r.UnmarshalBinary(data) == nil {
			for _, one := range r.Stations {
				keys = append(keys, one.Key)
			}
			err = errors.Join(err, ring.AddRoster(ctx, r))
			s.User = r.User
		} else {
			err = errors.Join(err, s.UnmarshalBinary(data), ring.Add(ctx, s))
			keys = append(keys, s.Key)
		}
		if s.User != user || s.Role == signature.RoleAuthority {
			err = errors.Join(err, errors.New("a statement on somebody else"))
		}
		clear(data) // the caller's to use
	}
	return keys, err
}

// sameKeys returns an error unless the directory has the keys of a member.
func (m DirectoryFixture) sameKeys(ctx context.Context, member Member) error {
	keys, err := keysOf(ctx, m, member.User)
	if err != nil {
		return err
	}
	ids := map[[32]byte]bool{}
	for _, key := range keys {
		ids[key.ID()] = true
	}
	for _, key := range member.Keys {
		if !ids[key.ID()] {
			return errors.New("a key is missing")
		}
	}
	if len(ids) != len(member.Keys) {
		return errors.New("keys too many")
	}
	return nil
}

func keyStatements(t *testing.T, m DirectoryFixture) {
	for range 2 {
		for _, member := range m.Users {
			want(t, m.sameKeys(t.Context(), member), nil)
		}
	}
}

func noUser(t *testing.T, m DirectoryFixture) {
	other := m.Users[0].User
	other[0] ^= 1
	for _, user := range []collection.UserID{{}, {0xff, 15: 0xff}, other} {
		statements, err := m.KeyStatements(t.Context(), user)
		if !errors.Is(err, transport.ErrNotFound) || len(statements) > 0 {
			t.Errorf("%d statements, %v", len(statements), err)
		}
	}
}

func directoryAtOnce(t *testing.T, m DirectoryFixture) {
	atOnce(t, 32, func(i int) error {
		member := m.Users[i%len(m.Users)]
		for _, address := range member.Addresses {
			if user, err := m.ByAddress(t.Context(), address); err != nil || user != member.User {
				return errors.Join(err, errors.New("another user"))
			}
		}
		return m.sameKeys(t.Context(), member)
	})
}

func directoryCanceled(t *testing.T, m DirectoryFixture) {
	for _, member := range m.Users {
		_, err := m.KeyStatements(over(t), member.User)
		ended(t, "key statements", err)
		for _, address := range member.Addresses {
			_, err := m.ByAddress(over(t), address)
			ended(t, "by address", err)
		}
	}
}

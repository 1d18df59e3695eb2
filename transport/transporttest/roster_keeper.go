package transporttest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// RosterFixture is what the suite of rosters works with: a keeper that has a roster of
// Owner's, or a link to it.
type RosterFixture struct {
	// As returns the keeper, or the link to it, as it is for a user.
	As func(user collection.UserID) transport.RosterKeeper
	// Owner is whose roster Key seals. Other is somebody else, known to the keeper, too.
	Owner, Other collection.UserID
	Key          *signature.Signer
	// Signer makes keys, the same for the same name.
	Signer func(name string) *signature.Signer
}

// RosterKeeper checks a keeper, or a link to one, against the contract of
// transport.RosterKeeper.
func RosterKeeper(t *testing.T, open func(t *testing.T) RosterFixture) {
	run(t, open, []check[RosterFixture]{
		{"the latest", rosterLatest},
		{"an older one", rosterOlder},
		{"rosters that are refused", rosterRefused},
		{"another user's", rosterOfOthers},
		{"many callers at once", rosterAtOnce},
		{"canceled context", rosterCanceled},
	})
}

// latest returns the roster that is held.
func (c RosterFixture) latest(t *testing.T) signature.Roster {
	t.Helper()
	data, err := c.As(c.Owner).SetRoster(t.Context(), nil)
	want(t, err, nil)
	var r signature.Roster
	want(t, r.UnmarshalBinary(data), nil)
	return r
}

// next seals the roster that follows the latest, with one more station.
func (c RosterFixture) next(t *testing.T, station string, by *signature.Signer) []byte {
	t.Helper()
	s, err := signature.NewStation(t.Context(), c.Owner, c.Signer(station), signature.StationPeer)
	want(t, err, nil)
	return sealedRoster(t, c.latest(t).Join(s), by)
}

func sealedRoster(t *testing.T, r signature.Roster, by *signature.Signer) []byte {
	t.Helper()
	r, err := r.Sign(t.Context(), by)
	want(t, err, nil)
	data, err := r.MarshalBinary()
	want(t, err, nil)
	return data
}

func rosterLatest(t *testing.T, c RosterFixture) {
	before := c.latest(t)
	answer, err := c.As(c.Owner).SetRoster(t.Context(), c.next(t, "new", c.Key))
	want(t, err, nil)
	now := c.latest(t)
	if _, listed := now.Station(c.Signer("new").Public().ID()); !listed || now.Number != before.Number+1 {
		t.Errorf("number %d after %d, with the station: %v", now.Number, before.Number, listed)
	}
	data, err := now.MarshalBinary()
	want(t, err, nil)
	if !bytes.Equal(answer, data) || len(now.CoSeal) == 0 {
		t.Error("the answer is not the latest, countersigned")
	}
}

func rosterOlder(t *testing.T, c RosterFixture) {
	older, err := c.latest(t).MarshalBinary()
	want(t, err, nil)
	latest, err := c.As(c.Owner).SetRoster(t.Context(), c.next(t, "new", c.Key))
	want(t, err, nil)
	again, err := c.As(c.Owner).SetRoster(t.Context(), older)
	want(t, err, nil)
	if !bytes.Equal(again, latest) {
		t.Error("an older roster changes the latest")
	}
}

func rosterRefused(t *testing.T, c RosterFixture) {
	before := c.latest(t)
	stranger := signature.Station{Key: c.Signer("new").Public()} // without a proof
	for what, refused := range map[string]struct {
		roster []byte
		err    error
	}{
		"none":                  {[]byte("roster"), transport.ErrMalformed},
		"cut off":               {c.next(t, "new", c.Key)[:40], transport.ErrMalformed},
		"by another key":        {c.next(t, "new", c.Signer("thief")), transport.ErrConflict},
		"no proof":              {sealedRoster(t, before.Join(stranger), c.Key), transport.ErrSeal},
		"another one's, by Key": {sealedRoster(t, signature.Roster{User: c.Other, Number: 1}, c.Key), transport.ErrForbidden},
	} {
		if _, err := c.As(c.Owner).SetRoster(t.Context(), refused.roster); !errors.Is(err, refused.err) {
			t.Errorf("%s: %v, want %v", what, err, refused.err)
		}
	}
	if now := c.latest(t); now.Number != before.Number {
		t.Errorf("number %d after %d", now.Number, before.Number)
	}
}

func rosterOfOthers(t *testing.T, c RosterFixture) {
	_, err := c.As(c.Other).SetRoster(t.Context(), c.next(t, "new", c.Key))
	want(t, err, transport.ErrForbidden)
}

func rosterAtOnce(t *testing.T, c RosterFixture) {
	next := c.next(t, "new", c.Key)
	atOnce(t, 8, func(int) error {
		_, err := c.As(c.Owner).SetRoster(t.Context(), next)
		return err
	})
}

func rosterCanceled(t *testing.T, c RosterFixture) {
	_, err := c.As(c.Owner).SetRoster(over(t), nil)
	ended(t, "rosters", err)
}

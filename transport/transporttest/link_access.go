package transporttest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// LinkFixture is what the suite of link access works with: a station, or a link to one,
// and a token that opens a collection there, of two items at least. Of their
// partial versions guests may see some and not all.
type LinkFixture struct {
	transport.LinkAccess
	Token string
	// Sees is what the token opens; Versions, the partial versions that are
	// there, those that guests may not see among them, by place of the item and
	// place in the ladder.
	Sees     transport.Glimpse
	Versions [][][]byte
	// Revoke ends the token.
	Revoke func(t *testing.T)
}

// LinkAccess checks a station, or a link to one, against the contract of
// transport.LinkAccess.
func LinkAccess(t *testing.T, open func(t *testing.T) LinkFixture) {
	run(t, open, []check[LinkFixture]{
		{"what a token opens", guestSees},
		{"offsets that are none", guestOffsets},
		{"what guests may not see", guestLimits},
		{"tokens that are none", guestTokens},
		{"a token that is revoked", guestRevoked},
		{"many guests at once", guestsAtOnce},
		{"canceled context", guestCanceled},
	})
}

// looks returns an error unless the token opens what it is to open.
func (v LinkFixture) looks(t *testing.T) error {
	got, err := v.Glimpse(t.Context(), v.Token)
	if err == nil && !reflect.DeepEqual(got, v.Sees) {
		t.Errorf("sees %.300q, want %.300q", fmt.Sprint(got), fmt.Sprint(v.Sees))
	}
	for item, versions := range v.Versions {
		for version, data := range versions[:v.Sees.Versions] {
			for _, offset := range []int{0, 1, len(data) / 2, len(data)} {
				err = errors.Join(err, v.reads(t, item, version, offset, data))
			}
		}
	}
	return err
}

func (v LinkFixture) reads(t *testing.T, item, version, offset int, data []byte) error {
	stream, err := v.GuestVersion(t.Context(), v.Token, item, version, int64(offset))
	if err != nil {
		return err
	}
	got, err := readAll(stream, nil)
	if stream.Size != int64(len(data)) || !bytes.Equal(got, data[offset:]) {
		t.Errorf("version %d of item %d, from %d on: %d bytes of %d", version, item, offset, len(got), stream.Size)
	}
	return err
}

func guestSees(t *testing.T, v LinkFixture) {
	want(t, v.looks(t), nil)
}

func guestOffsets(t *testing.T, v LinkFixture) {
	size := int64(len(v.Versions[0][0]))
	for offset, target := range map[int64]error{size + 1: transport.ErrOffset, -1: transport.ErrMalformed} {
		_, err := readAll(v.GuestVersion(t.Context(), v.Token, 0, 0, offset))
		want(t, err, target)
	}
}

// guestLimits: what is kept from guests is not there for them.
func guestLimits(t *testing.T, v LinkFixture) {
	last := len(v.Versions[0])
	for _, place := range [][2]int{{0, v.Sees.Versions}, {0, last - 1}, {0, last}, {0, last + 1}, {0, -1}, {-1, 0}, {v.Sees.Items, 0}, {1 << 30, 0}} {
		_, err := readAll(v.GuestVersion(t.Context(), v.Token, place[0], place[1], 0))
		if !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("version %d of item %d: %v", place[1], place[0], err)
		}
	}
}

// opensNothing returns what is answered to a token that opens nothing.
func (v LinkFixture) opensNothing(t *testing.T, token string) [2]string {
	t.Helper()
	got, err := v.Glimpse(t.Context(), token)
	_, versionErr := readAll(v.GuestVersion(t.Context(), token, 0, 0, 0))
	if !errors.Is(err, transport.ErrNotFound) || !errors.Is(versionErr, transport.ErrNotFound) {
		t.Fatalf("token %q: %v and %v", token, err, versionErr)
	}
	if !reflect.DeepEqual(got, transport.Glimpse{}) {
		t.Errorf("token %q: sees %q all the same", token, got.Title)
	}
	return [2]string{err.Error(), versionErr.Error()}
}

func guestTokens(t *testing.T, v LinkFixture) {
	for _, token := range []string{
		"", "x", ".", "..", "/", "a/b", "../../settings", "?", "#", "%", "%2e", "a b", "é\x00\n",
		v.Token + "x", v.Token[1:], v.Token + "/", "/" + v.Token, " " + v.Token, v.Token + "/0/0",
	} {
		v.opensNothing(t, token)
	}
}

// guestRevoked: a token that opens nothing any more is like one that never did.
func guestRevoked(t *testing.T, v LinkFixture) {
	want(t, v.looks(t), nil)
	v.Revoke(t)
	if never, anyMore := v.opensNothing(t, v.Token[1:]+"x"), v.opensNothing(t, v.Token); never != anyMore {
		t.Errorf("a wrong token: %q; a revoked one: %q", never, anyMore)
	}
}

func guestsAtOnce(t *testing.T, v LinkFixture) {
	atOnce(t, 16, func(int) error { return v.looks(t) })
}

func guestCanceled(t *testing.T, v LinkFixture) {
	_, err := v.Glimpse(over(t), v.Token)
	ended(t, "glimpse", err)
	_, err = readAll(v.GuestVersion(over(t), v.Token, 0, 0, 0))
	ended(t, "version", err)
}

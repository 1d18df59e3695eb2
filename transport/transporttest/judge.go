package transporttest

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Court is what the suite of judges works with: a judge and some keys.
type Court struct {
	transport.Judge
	// Signer has the key Key of User's, and Authority one of an authority's, both
	// of which the judge knows. Nobody knows Stranger's.
	Signer, Authority, Stranger collection.Signer
	User                        collection.UserID
	Key                         collection.KeyID
}

// Judge checks a judge, or a link to one, against the contract of
// transport.Judge.
func Judge(t *testing.T, open func(t *testing.T) Court) {
	for _, c := range []struct {
		name  string
		check func(*testing.T, Court)
	}{
		{"whose seal it is", judgeGood},
		{"seals that are refused", judgeRefuses},
		{"many callers at once", judgeAtOnce},
		{"canceled context", judgeCanceled},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, open(t)) })
	}
}

// sealing asks about a seal over a statement.
func sealing(t *testing.T, s collection.Signer) transport.Sealing {
	t.Helper()
	seal, err := s.Sign(t.Context(), collection.TypeUpdate, []byte("statement"))
	want(t, err, nil)
	return transport.Sealing{Type: collection.TypeUpdate, Statement: []byte("statement"), Seal: seal, Issued: made.Unix()}
}

func judgeGood(t *testing.T, c Court) {
	s := sealing(t, c.Signer)
	for _, issued := range []int64{s.Issued, 0} {
		s.Issued = issued
		v, err := c.Judge.Judge(t.Context(), s)
		want(t, err, nil)
		if v != (transport.Verdict{User: c.User, Key: c.Key}) || v.Err() != nil {
			t.Errorf("issued %d: %+v", issued, v)
		}
	}
	v, err := c.Judge.Judge(t.Context(), sealing(t, c.Authority))
	want(t, err, nil)
	if v.Outcome != transport.Good || !v.User.IsZero() || v.Key.IsZero() || v.Key == c.Key {
		t.Errorf("the authority's: %+v", v)
	}
}

// judgeRefuses: a refusal says nothing of whose seal it might have been.
func judgeRefuses(t *testing.T, c Court) {
	good, authority := sealing(t, c.Signer), sealing(t, c.Authority)
	for what, k := range map[string]struct {
		change  func(*transport.Sealing)
		outcome transport.Outcome
	}{
		"no seal":           {func(s *transport.Sealing) { s.Seal = nil }, transport.Unsigned},
		"a stranger's":      {func(s *transport.Sealing) { s.Seal = sealing(t, c.Stranger).Seal }, transport.UnknownKey},
		"another statement": {func(s *transport.Sealing) { s.Statement = []byte("other") }, transport.BadSeal},
		"no statement":      {func(s *transport.Sealing) { s.Statement = nil }, transport.BadSeal},
		"another purpose":   {func(s *transport.Sealing) { s.Type = collection.TypeEdition }, transport.BadSeal},
		"no purpose":        {func(s *transport.Sealing) { s.Type = "" }, transport.BadSeal},
		"nonsense":          {func(s *transport.Sealing) { s.Seal = []byte("nonsense") }, transport.BadSeal},
		"cut off":           {func(s *transport.Sealing) { s.Seal = s.Seal[:len(s.Seal)-1] }, transport.BadSeal},
		"changed":           {func(s *transport.Sealing) { s.Seal = flipped(authority.Seal) }, transport.BadSeal},
	} {
		s := good
		k.change(&s)
		v, err := c.Judge.Judge(t.Context(), s)
		if err != nil || v != (transport.Verdict{Outcome: k.outcome}) {
			t.Errorf("%s: %+v, %v; want %v", what, v, err, transport.Verdict{Outcome: k.outcome}.Err())
		}
	}
}

// flipped is b with another last bit.
func flipped(b []byte) []byte {
	b[len(b)-1] ^= 1
	return b
}

func judgeAtOnce(t *testing.T, c Court) {
	good, bad := sealing(t, c.Signer), sealing(t, c.Stranger)
	atOnce(t, 16, func(i int) error {
		v, err := c.Judge.Judge(t.Context(), []transport.Sealing{good, bad}[i%2])
		if err == nil && (v.Err() == nil) != (i%2 == 0) {
			err = errors.New("another verdict")
		}
		return err
	})
}

func judgeCanceled(t *testing.T, c Court) {
	_, err := c.Judge.Judge(over(t), sealing(t, c.Signer))
	ended(t, "judge", err)
}

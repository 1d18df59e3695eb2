package transporttest

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// VerifierFixture is what the suite of remote verifiers works with: one of them and
// some keys.
type VerifierFixture struct {
	transport.RemoteVerifier
	// Signer has the key Key of User's, and Authority one of an authority's, both
	// of which the verifier knows. Nobody knows Stranger's.
	Signer, Authority, Stranger collection.Signer
	User                        collection.UserID
	Key                         collection.KeyID
}

// RemoteVerifier checks a verifier, or a link to one, against the contract of
// transport.RemoteVerifier.
func RemoteVerifier(t *testing.T, open func(t *testing.T) VerifierFixture) {
	run(t, open, []check[VerifierFixture]{
		{"whose seal it is", verifierGood},
		{"seals that are refused", verifierRefuses},
		{"many callers at once", verifierAtOnce},
		{"canceled context", verifierCanceled},
	})
}

// request asks about a seal over a statement.
func request(t *testing.T, s collection.Signer) transport.VerifyRequest {
	t.Helper()
	seal, err := s.Sign(t.Context(), collection.TypeUpdate, []byte("statement"))
	want(t, err, nil)
	return transport.VerifyRequest{Type: collection.TypeUpdate, Statement: []byte("statement"), Seal: seal, Issued: made.Unix()}
}

func verifierGood(t *testing.T, c VerifierFixture) {
	s := request(t, c.Signer)
	for _, issued := range []int64{s.Issued, 0} {
		s.Issued = issued
		v, err := c.RemoteVerifier.VerifySeal(t.Context(), s)
		want(t, err, nil)
		if v != (transport.VerifyResponse{User: c.User, Key: c.Key}) || v.Err() != nil {
			t.Errorf("issued %d: %+v", issued, v)
		}
	}
	v, err := c.RemoteVerifier.VerifySeal(t.Context(), request(t, c.Authority))
	want(t, err, nil)
	if v.Outcome != transport.Good || !v.User.IsZero() || v.Key.IsZero() || v.Key == c.Key {
		t.Errorf("the authority's: %+v", v)
	}
}

// judgeRefuses: a refusal says nothing of whose seal it might have been.
func verifierRefuses(t *testing.T, c VerifierFixture) {
	good, authority := request(t, c.Signer), request(t, c.Authority)
	for what, k := range map[string]struct {
		change  func(*transport.VerifyRequest)
		outcome transport.Outcome
	}{
		"no seal":           {func(s *transport.VerifyRequest) { s.Seal = nil }, transport.Unsigned},
		"a stranger's":      {func(s *transport.VerifyRequest) { s.Seal = request(t, c.Stranger).Seal }, transport.UnknownKey},
		"another statement": {func(s *transport.VerifyRequest) { s.Statement = []byte("other") }, transport.BadSeal},
		"no statement":      {func(s *transport.VerifyRequest) { s.Statement = nil }, transport.BadSeal},
		"another purpose":   {func(s *transport.VerifyRequest) { s.Type = collection.TypeEdition }, transport.BadSeal},
		"no purpose":        {func(s *transport.VerifyRequest) { s.Type = "" }, transport.BadSeal},
		"nonsense":          {func(s *transport.VerifyRequest) { s.Seal = []byte("nonsense") }, transport.BadSeal},
		"cut off":           {func(s *transport.VerifyRequest) { s.Seal = s.Seal[:len(s.Seal)-1] }, transport.BadSeal},
		"changed":           {func(s *transport.VerifyRequest) { s.Seal = flipped(authority.Seal) }, transport.BadSeal},
	} {
		s := good
		k.change(&s)
		v, err := c.RemoteVerifier.VerifySeal(t.Context(), s)
		if err != nil || v != (transport.VerifyResponse{Outcome: k.outcome}) {
			t.Errorf("%s: %+v, %v; want %v", what, v, err, transport.VerifyResponse{Outcome: k.outcome}.Err())
		}
	}
}

// flipped is b with another last bit.
func flipped(b []byte) []byte {
	b[len(b)-1] ^= 1
	return b
}

func verifierAtOnce(t *testing.T, c VerifierFixture) {
	good, bad := request(t, c.Signer), request(t, c.Stranger)
	atOnce(t, 16, func(i int) error {
		v, err := c.RemoteVerifier.VerifySeal(t.Context(), []transport.VerifyRequest{good, bad}[i%2])
		if err == nil && (v.Err() == nil) != (i%2 == 0) {
			err = errors.New("another answer")
		}
		return err
	})
}

func verifierCanceled(t *testing.T, c VerifierFixture) {
	_, err := c.RemoteVerifier.VerifySeal(over(t), request(t, c.Signer))
	ended(t, "verify", err)
}

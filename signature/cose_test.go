package signature

import (
	"crypto/rand"
	"errors"
	"math/big"
	"testing"

	"github.com/veraison/go-cose"
)

var coseAlgorithms = map[Algorithm]cose.Algorithm{
	Ed25519: cose.AlgorithmEdDSA, ES256: cose.AlgorithmES256, PS256: cose.AlgorithmPS256,
}

// TestOurSealsVerifyWithGoCOSE: the seals are COSE_Sign1 for an independent
// implementation.
func TestOurSealsVerifyWithGoCOSE(t *testing.T) {
	for a, s := range signers(t) {
		var message cose.Sign1Message
		if err := message.UnmarshalCBOR(mustSeal(t, s, update)); err != nil {
			t.Fatal(err)
		}
		if message.Payload != nil || len(message.Headers.Unprotected) != 0 || len(message.Headers.Protected) != 3 {
			t.Errorf("%v: %+v", a, message)
		}
		if typ := message.Headers.Protected[cose.HeaderLabelContentType]; typ != update {
			t.Errorf("%v: content type %v", a, typ)
		}
		verifier, err := cose.NewVerifier(coseAlgorithms[a], s.Public().Crypto())
		if err != nil {
			t.Fatal(err)
		}
		message.Payload = statement
		if err := message.Verify(nil, verifier); err != nil {
			t.Errorf("%v: %v", a, err)
		}
		message.Payload = []byte("another")
		if err := message.Verify(nil, verifier); err == nil {
			t.Errorf("%v: another statement verifies", a)
		}
	}
}

// TestSealsOfGoCOSEVerifyHere, with the one difference that s of ES256 may have
// to be replaced by the lower value.
func TestSealsOfGoCOSEVerifyHere(t *testing.T) {
	for a, s := range signers(t) {
		id := s.Public().ID()
		message := cose.NewSign1Message()
		message.Headers.Protected = cose.ProtectedHeader{
			cose.HeaderLabelAlgorithm:   coseAlgorithms[a],
			cose.HeaderLabelContentType: update,
			cose.HeaderLabelKeyID:       id[:],
		}
		message.Payload = statement
		signer, err := cose.NewSigner(coseAlgorithms[a], s.key)
		if err != nil {
			t.Fatal(err)
		}
		if err := message.Sign(rand.Reader, nil, signer); err != nil {
			t.Fatal(err)
		}
		message.Payload = nil
		if a == ES256 {
			lower(message.Signature)
		}
		seal, err := message.MarshalCBOR()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Public().Verify(update, statement, seal); err != nil {
			t.Errorf("%v: %v", a, err)
		}
		message.Headers.Unprotected = cose.UnprotectedHeader{cose.HeaderLabelKeyID: id[:]}
		if seal, err = message.MarshalCBOR(); err != nil {
			t.Fatal(err)
		}
		if err := s.Public().Verify(update, statement, seal); !errors.Is(err, ErrMalformed) {
			t.Errorf("%v, unprotected header: %v", a, err)
		}
	}
}

func lower(signature []byte) {
	s := new(big.Int).SetBytes(signature[32:])
	if other := new(big.Int).Sub(curve.Params().N, s); other.Cmp(s) < 0 {
		other.FillBytes(signature[32:])
	}
}

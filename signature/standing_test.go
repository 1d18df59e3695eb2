package signature

import (
	"errors"
	"testing"
)

// TestStanding: a key counts until it is revoked; of one that nobody has named nothing is known.
func TestStanding(t *testing.T) {
	k, signer := new(Keyring), newSigner(t, 's')
	key := signer.Public().ID()
	if err := Standing(key, k); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("unknown: %v", err)
	}
	if err := k.Trust([16]byte{1}, signer.Public()); err != nil {
		t.Fatal(err)
	}
	if err := Standing(key, k); err != nil {
		t.Errorf("trusted: %v", err)
	}
	k.Revoke(key)
	if err := Standing(key, k); !errors.Is(err, ErrRevoked) {
		t.Errorf("revoked: %v", err)
	}
}

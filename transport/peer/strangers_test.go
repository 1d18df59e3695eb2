package peer

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

// TestStrangersAreBounded: of users whom nobody has introduced a peer remembers so many.
func TestStrangersAreBounded(t *testing.T) {
	private, err := signature.GenerateKey(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.NewSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(t.Context(), collection.UserID{1}, key, Config{})
	if err != nil {
		t.Fatal(err)
	}
	p.cfg.Keys = new(signature.Keyring) // which does not know the key as that of user 1
	r, err := signature.Roster{User: key.Public().UserID(), Number: 1}.Sign(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	data, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	knows := func() error {
		if err := p.Learn(t.Context(), [][]byte{data}); err != nil {
			t.Fatal(err)
		}
		seal, err := key.Sign(t.Context(), collection.TypeEdition, nil)
		if err == nil {
			_, _, err = p.Verify(t.Context(), collection.TypeEdition, nil, seal, time.Time{})
		}
		return err
	}
	for i := range maxStrangers {
		p.keyed.add(collection.UserID(binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i+1))), "")
	}
	if err := knows(); !errors.Is(err, signature.ErrUnknownKey) {
		t.Errorf("one more: %v", err)
	}
	p.keyed.keys = nil
	if err := knows(); err != nil {
		t.Error(err)
	}
}

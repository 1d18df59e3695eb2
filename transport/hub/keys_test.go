package hub

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestKeysAreBounded: of more keys than there is room for, those that are held are
// forgotten, and read again when they are needed.
func TestKeysAreBounded(t *testing.T) {
	source := rand.NewChaCha8([32]byte{1})
	newSigner := func() *signature.Signer {
		return must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	}
	h := must(New(t.Context(), newSigner(), Config{Store: new(memstore.Store)}))
	keys := h.accounts.keys
	first := newSigner()
	for i, signer := range []*signature.Signer{first, newSigner(), newSigner()} {
		user := must(h.accounts.Register(t.Context(), Person{}))
		proof := must(signature.ProvePossession(t.Context(), signer, h.PublicKey().ID(), user))
		must(h.accounts.AddKey(t.Context(), user, "phone", signer.Public(), proof))
		for n := len(keys.held); n < maxKeys-1; n++ { // others, between them
			keys.held[collection.KeyID{byte(n), byte(n >> 8), byte(i)}] = holding{1, true}
		}
		for _, by := range []*signature.Signer{signer, first, signer} {
			verifiesIn(t, h, by)
		}
		if n := len(keys.held); n > maxKeys {
			t.Errorf("%d keys are held", n)
		}
	}
}

func verifiesIn(t *testing.T, h *Hub, by *signature.Signer) {
	t.Helper()
	const typ = "application/glimpse.edition"
	seal := must(by.Sign(t.Context(), typ, []byte("statement")))
	if _, err := h.core.Keys.Verify(t.Context(), record.Reading(h.cfg.Store), typ, []byte("statement"), seal, time.Time{}); err != nil {
		t.Error(err)
	}
}

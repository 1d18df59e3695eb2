package station

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestRemembersWhoSealed: a collection that only its authority vouches for is no more
// its author's word to the station that has just stored it than after a start.
func TestRemembersWhoSealed(t *testing.T) {
	source := rand.NewChaCha8([32]byte{3})
	authority := must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	k := New(Config{Store: new(memstore.Store), Keys: new(signature.Keyring), Now: time.Now})
	must(0, k.Keys.AddAuthority(authority.Public()))
	item := collection.Item{ID: collection.ItemID{1}, Digests: []collection.Digest{{1}, {}, {2}}}
	h := collection.Header{ID: collection.ID{2}, Author: ann, Authority: collection.KeyID(authority.Public().ID())}
	c := must(collection.New(h, collection.Body{Items: []collection.Item{item}}))
	c = must(c.CoSign(t.Context(), authority, time.Unix(1e9, 0)))
	v := must(k.Verify(t.Context(), c))
	must(k.DoVerified(t.Context(), v, func(engine.State) (engine.Event, error) {
		return engine.Updated{Collection: v.Collection}, nil
	}))
	now := must(k.Load(t.Context(), c.Name()))
	k.memory = memory{}
	if again := must(k.Load(t.Context(), c.Name())); v.Sealed || again.Sealed != now.Sealed {
		t.Errorf("sealed by the author: verified %v, remembered %v, loaded %v", v.Sealed, now.Sealed, again.Sealed)
	}
}

package station

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestRemembersWhoSealed: a collection that only its authority vouches for is no more
// its author's word to the station that has just stored it than after a start.
func TestRemembersWhoSealed(t *testing.T) {
	source := rand.NewChaCha8([32]byte{3})
	authority := must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	keys := new(signature.Keyring)
	must(0, keys.AddAuthority(authority.Public()))
	k := New(Config{Store: new(memstore.Store), Keys: Keyring{keys}, Now: time.Now})
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

// TestHeldOfTheAuthoritysEdition: where two stations of the author's have made a version of
// their own at once, the authority takes one edition. Of the other it stores bytes, for
// another collection say; it does not hold them for this one.
func TestHeldOfTheAuthoritysEdition(t *testing.T) {
	k, signer, _ := newCore(t, 1)
	source := rand.NewChaCha8([32]byte{3})
	authority := must(signature.NewSigner(must(signature.GenerateKey(source)), source))
	must(0, ring(k).AddAuthority(authority.Public()))
	k.Signer, k.Rules = authority, engine.Rules{Authority: collection.KeyID(authority.Public().ID()), RequiredFromPeer: 2}
	theirs := must(k.Versions.Keep(t.Context(), ann, []byte("the screen version as the loft makes it")))

	h := collection.Header{ID: collection.ID{3}, Author: ann, Authority: k.Rules.Authority}
	c := must(collection.New(h, collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}, Digests: []collection.Digest{{}, {}, {2}}}}}))
	c = must(c.Sign(t.Context(), signer, time.Unix(1e9, 0)))
	for i, screen := range []collection.Digest{{1}, theirs} {
		made := must(c.Edit(func(_ *collection.Header, items []collection.Item) {
			items[0].Digests = []collection.Digest{{}, screen, {2}}
		}))
		made = must(made.Sign(t.Context(), signer, time.Unix(1e9+int64(i), 0)))
		data := must(made.MarshalBinary())
		r := must(k.Server.Share(t.Context(), ann, made, transport.Share{From: transport.Peer, Collection: data, Offers: []transport.Bits{nil, {1}, {1}}}))
		if d, _ := r.State.Collection.Digest(0, 1); r.State.Holds(0, 1) || d != (collection.Digest{1}) {
			t.Errorf("share %d: holds the version: %v; of digest %v", i, r.State.Holds(0, 1), d)
		}
	}
}

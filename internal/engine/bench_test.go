package engine

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

const big = 10_000

// BenchmarkStep is each event on a collection of 10,000 items. It is to cost
// less than BenchmarkVerify.
func BenchmarkStep(b *testing.B) {
	all := transport.AllBits(big)
	c := sealedDraft(b, big)
	share := fromDevice(c, true)
	start, _ := run(b, rules, State{}, share)
	stored, _ := run(b, rules, start, Stored{Versions: sets(all)})
	half := transport.AllBits(big / 2)
	u, err := stored.Collection.Complete(collection.UserID{}, ids(stored.Collection, big/2)...)
	check(b, err)
	u, err = u.Sign(b.Context(), seals("authority"), time.Unix(3, 0))
	check(b, err)
	updated, _, err := stored.Collection.Apply(u)
	check(b, err)
	equal, _ := run(b, rules, State{}, fromDevice(copies(b, big), true))
	for _, c := range []struct {
		name  string
		state State
		event Event
	}{
		{"shared", State{}, share},
		{"shared again", stored, share},
		{"stored one", start, Stored{Versions: sets(transport.BitsOf(5))}},
		{"stored all", start, Stored{Versions: sets(all)}},
		{"stored half of copies", equal, Stored{Versions: sets(half)}},
		{"announced half", stored, Announced{transport.Source{User: author, URL: "x", Items: half}}},
		{"announced all", stored, Announced{transport.Source{User: author, URL: "x", Items: all}}},
		{"updated", stored, Updated{Collection: updated}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				_, _, err := rules.Step(c.state, c.event)
				check(b, err)
			}
		})
	}
}

func ids(c collection.Collection, n int) []collection.ItemID {
	list := make([]collection.ItemID, n)
	for i := range list {
		list[i], _ = c.At(i)
	}
	return list
}

// BenchmarkVerify is the verification of the author's seal over the same
// collection, as it comes from the wire.
func BenchmarkVerify(b *testing.B) {
	key, err := signature.GenerateKey(rand.Reader)
	check(b, err)
	signer, err := signature.NewSigner(key, rand.Reader)
	check(b, err)
	keys := new(signature.Keyring)
	check(b, keys.Trust(author, signer.Public()))
	c, err := draft(b, big).Sign(b.Context(), signer, time.Unix(1, 0))
	check(b, err)
	data, err := c.MarshalBinary()
	check(b, err)
	for b.Loop() {
		c, err := collection.Decode(data)
		check(b, err)
		_, err = collection.Verify(b.Context(), keys, c)
		check(b, err)
	}
}

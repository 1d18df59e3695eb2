package coretest_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

// The greatest sizes, in bytes, whatever the size of the collection.
const (
	maxStatement  = 112
	maxToBeSigned = 200 // with Ed25519, of which the whole is signed
	maxSeal       = 140 // with Ed25519
	maxType       = 27
)

// lastMoment is the last that can be written: the end of the year 9999.
var lastMoment = time.Unix(253402300799, 0)

// measured is a signer that looks at what it signs.
type measured struct {
	tb testing.TB
	*signature.Signer
}

func (m measured) Sign(ctx context.Context, typ string, statement []byte) ([]byte, error) {
	m.tb.Helper()
	seal, err := m.Signer.Sign(ctx, typ, statement)
	if err != nil {
		return nil, err
	}
	var parts struct {
		_                    struct{} `cbor:",toarray"`
		Header               []byte
		Unprotected, Payload cbor.RawMessage
		Signature            []byte
	}
	var tag cbor.RawTag
	must0(m.tb, cbor.Unmarshal(seal, &tag))
	must0(m.tb, cbor.Unmarshal(tag.Content, &parts))
	signed := encoded(m.tb, []any{"Signature1", parts.Header, []byte{}, statement}) // RFC 9052, section 4.4
	for _, limit := range []struct {
		what      string
		size, max int
	}{
		{"statement", len(statement), maxStatement}, {"bytes to be signed", len(signed), maxToBeSigned},
		{"seal", len(seal), maxSeal}, {"content type", len(typ), maxType},
	} {
		if limit.size > limit.max {
			m.tb.Errorf("%s: %s: %d bytes, at most %d", typ, limit.what, limit.size, limit.max)
		}
	}
	return seal, nil
}

// What a secure element signs fits its buffer, and a seal fits its place.
func TestSizes(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	key := measured{t, w.people["anna"]}
	for _, n := range []int{1, 1_000, 100_000} {
		for _, issued := range []time.Time{{}, noon, lastMoment} {
			c := w.sized(n, math.MaxInt64)
			address := collection.Address{1}
			c = must(must(c.Sign(ctx, key, issued))(t).CoSign(ctx, key, issued))(t)
			must(c.Resolve(ctx, key, address, ben, issued))(t)
			for _, by := range []collection.UserID{anna, cleo, hub} {
				must(must(c.CompleteAll(by))(t).Sign(ctx, key, issued))(t)
				id, _ := c.At(n / 2)
				must(must(c.Complete(by, id))(t).Sign(ctx, key, issued))(t)
			}
		}
	}
	word := signature.KeyStatement{
		User: anna, Key: key.Public(), Role: signature.RoleRevoked,
		From: lastMoment, Until: lastMoment, Issued: lastMoment,
	}
	must(key.Sign(ctx, signature.KeyType, must(word.Statement())(t)))(t)
}

// sized makes a collection of n items with random ids, captions and digests of
// the first version.
func (w *world) sized(n int, edition uint64) collection.Collection {
	w.tb.Helper()
	h := w.header()
	h.Edition = edition
	b := w.body()
	b.Addresses = []collection.Address{{1}}
	b.Items = make([]collection.Item, n)
	random := entropy(77)
	for i := range b.Items {
		must(random.Read(b.Items[i].ID[:]))(w.tb)
	}
	return must(collection.New(h, b))(w.tb)
}

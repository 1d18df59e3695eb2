package collection_test

import (
	"bytes"
	"context"
	"encoding"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/conformance/describe"
)

// tiny are limits that most vectors pass.
var tiny = collection.Limits{Size: 4096, Items: 8, Recipients: 2, Subs: 2, Title: 16, Caption: 16, Text: 32, Types: 3, Metadata: 2, Seal: 64}

// agreeable is a Verifier that agrees with every seal. It says that the seal
// is by whom the statement names, with the one key that vectors name as the
// authority's.
type agreeable struct{}

func (agreeable) Verify(_ context.Context, typ string, statement, seal []byte, _ time.Time) (user [16]byte, key [32]byte, err error) {
	var fields []any
	if err := cbor.Unmarshal(statement, &fields); err != nil || len(fields) != 4 {
		return user, key, fmt.Errorf("%s: no statement: %w", typ, err)
	}
	if issuer, ok := fields[2].([]byte); ok && typ == collection.TypeUpdate {
		copy(user[:], issuer)
		if len(issuer) > 0 {
			copy(key[:], keyNamed(seal))
			return user, key, nil
		}
	} else {
		copy(user[:], bytes.Repeat([]byte{0xa1}, 16)) // the vectors' author
	}
	copy(key[:], bytes.Repeat([]byte{0xcc}, 32))
	return user, key, nil
}

// keyNamed is the key that a seal names, of those that name one as package signature does.
func keyNamed(seal []byte) []byte {
	if len(seal) > 36 && bytes.HasPrefix(seal, []byte{0xd2, 0x84, 0x58, 0x20}) {
		return seal[4:36]
	}
	return nil
}

// seed adds the short vectors of a kind.
func seed(f *testing.F, kind string, add func(b []byte)) {
	for _, v := range readVectors(f) {
		if v.Kind == kind && v.size() < 4096 {
			add(v.input(f))
		}
	}
}

// checkPlace fails unless the error names a place in the n bytes of input.
func checkPlace(t *testing.T, err error, n int) {
	t.Helper()
	var place *collection.Error
	if !errors.As(err, &place) || place.Offset < 0 || place.Offset > n {
		t.Fatalf("%v: no place in %d bytes of input", err, n)
	}
}

func checkSame(t *testing.T, x interface{ MarshalBinary() ([]byte, error) }, b []byte) {
	t.Helper()
	if again, err := x.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
		t.Fatalf("encoded again, it is not the same: %x, %v", again, err)
	}
}

func FuzzDecode(f *testing.F) {
	seed(f, "collection", func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := collection.Decode(b)
		if err != nil {
			checkPlace(t, err, len(b))
			if _, err := tiny.Decode(b); err == nil {
				t.Fatal("accepted with tiny limits only")
			}
			return
		}
		checkSame(t, c, b)
		useAll(t, c)
		if c, err := tiny.Decode(b); err != nil {
			checkPlace(t, err, len(b))
		} else {
			checkSame(t, c, b)
			checkTiny(t, c, len(b))
		}
	})
}

// useAll reads all there is to read of c.
func useAll(t *testing.T, c collection.Collection) {
	t.Helper()
	f := describe.Collection(c)
	if n := f["labelled"].(int); n < 0 || n > c.Len() || c.Settled() && c.Labelled() > c.Len() {
		t.Fatalf("%d of %d items are labelled", n, c.Len())
	}
	if _, err := c.MarshalJSON(); err != nil {
		t.Fatal(err)
	}
	distinct := c.Validate() == nil
	for i := range c.Len() {
		id, rank := c.At(i)
		if p := c.Preview(i); len(p) > 32 || rank.Withdrawn() && p != nil || !bytes.Equal(p, c.Item(i).Preview) {
			t.Fatalf("item %d has the preview %x", i, p)
		}
		if at, ok := c.Index(id); !ok || distinct && at != i {
			t.Fatalf("item %d is found at %d, %v", i, at, ok)
		}
		if label, _ := c.Label(id); distinct && label != rank {
			t.Fatalf("item %d: %v and %v", i, label, rank)
		}
	}
	for u := range c.Updates() {
		checkUpdate(t, c, u)
	}
	same, changed, err := c.Merge(c)
	if err != nil || changed || !same.Equal(c) {
		t.Fatalf("merged with itself: %v, %v", changed, err)
	}
}

// checkUpdate encodes and decodes an update that a collection carries, which
// applied to that collection changes nothing.
func checkUpdate(t *testing.T, c collection.Collection, u collection.Update) {
	t.Helper()
	b, err := u.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again, err := collection.DecodeUpdate(b)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, again, b)
	if _, changed, err := c.Apply(again); err != nil || changed {
		t.Fatalf("a carried update: %v, %v", changed, err)
	}
}

func checkTiny(t *testing.T, c collection.Collection, size int) {
	t.Helper()
	b, h := c.Body(), c.Header()
	for u := range c.Updates() {
		if len(u.Seal()) > tiny.Seal {
			t.Fatal("a limit was passed")
		}
	}
	types := map[string]bool{}
	for _, item := range b.Items {
		types[item.MediaType] = true
		if len(item.Caption) > tiny.Caption {
			t.Fatal("a limit was passed")
		}
	}
	if size > tiny.Size || len(b.Items) > tiny.Items || len(b.Recipients) > tiny.Recipients || len(b.Addresses) > tiny.Recipients ||
		len(b.Completers) > tiny.Recipients || len(b.Subs) > tiny.Subs || len(h.Title) > tiny.Title || len(types) > tiny.Types ||
		len(h.Metadata) > tiny.Metadata || len(h.AuthorSeal) > tiny.Seal {
		t.Fatal("a limit was passed")
	}
}

func FuzzDecodeUpdate(f *testing.F) {
	seed(f, "update", func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := collection.DecodeUpdate(b)
		if _, err := tiny.DecodeUpdate(b); err != nil {
			checkPlace(t, err, len(b))
		}
		if err != nil {
			checkPlace(t, err, len(b))
			return
		}
		checkSame(t, u, b)
		last := -1
		for i, rank := range u.Labels() {
			if i <= last || rank == 0 {
				t.Fatalf("item %d after %d has %v", i, last, rank)
			}
			if last = i; i > 1<<16 {
				break
			}
		}
		if u.FragmentSize() > len(b) {
			t.Fatalf("labels of %d bytes", u.FragmentSize())
		}
	})
}

func FuzzUnmarshalText(f *testing.F) {
	for _, s := range []string{"", "00", strings.Repeat("a1", 16), strings.Repeat("A1", 16), strings.Repeat("0z", 16), strings.Repeat("cc", 32), strings.Repeat("é", 16)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var (
			id      collection.ID
			item    collection.ItemID
			user    collection.UserID
			key     collection.KeyID
			address collection.Address
			digest  collection.Digest
		)
		for _, x := range []interface {
			encoding.TextUnmarshaler
			encoding.TextMarshaler
		}{&id, &item, &user, &key, &address, &digest} {
			if x.UnmarshalText(text) != nil {
				continue
			}
			if again, err := x.MarshalText(); err != nil || !bytes.Equal(again, text) {
				t.Fatalf("%T reads %q and writes %q, %v", x, text, again, err)
			}
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"ann@example.org", "A.b+c@Example.ORG", "a@b", "@", "a@b.c@d.e", "ü@example.org", "a@xn--mnchen-3ya.de", "a..b@c.de", "a@-b.cd"} {
		f.Add([]byte("0123456789abcdef"), s)
	}
	f.Fuzz(func(t *testing.T, r []byte, address string) {
		var id collection.ID
		var random [16]byte
		copy(random[:], r)
		blind, err := collection.Blind(id, random, address)
		normal, normalErr := collection.NormalAddress(address)
		if (err == nil) != (normalErr == nil) {
			t.Fatalf("Blind: %v, NormalAddress: %v", err, normalErr)
		}
		if err != nil {
			if !errors.Is(err, collection.ErrAddress) {
				t.Fatal(err)
			}
			return
		}
		if again, err := collection.NormalAddress(normal); err != nil || again != normal || normal != strings.ToLower(address) {
			t.Fatalf("%q, normal %q, again %q, %v", address, normal, again, err)
		}
		if same, err := collection.Blind(id, random, strings.ToUpper(address)); err != nil || same != blind {
			t.Fatalf("%q in upper case is another address: %v", address, err)
		}
	})
}

// oneMemory is a Memory that has seen the same of every collection.
type oneMemory struct{ seen, stored []byte }

func (m *oneMemory) Update(_ collection.Name, next func([]byte) ([]byte, error)) error {
	now, err := next(m.seen)
	if err == nil && !bytes.Equal(now, m.seen) {
		m.stored = now
	}
	return err
}

func FuzzMemory(f *testing.F) {
	seed(f, "collection", func(b []byte) {
		c, err := collection.Decode(b)
		if err != nil {
			return
		}
		first := &oneMemory{}
		if _, err := (collection.Checker{Verifier: agreeable{}, Memory: first}).Verify(f.Context(), c); err == nil {
			f.Add(b, first.stored)
			f.Add(b, []byte{})
		}
	})
	f.Fuzz(func(t *testing.T, b, seen []byte) {
		c, err := collection.Decode(b)
		if err != nil {
			return
		}
		m := &oneMemory{seen: seen}
		k := collection.Checker{Verifier: agreeable{}, Memory: m}
		v, err := k.Verify(t.Context(), c)
		if err != nil {
			if m.stored != nil {
				t.Fatalf("something refused is remembered: %v", err)
			}
			return
		}
		if m.stored != nil {
			m.seen, m.stored = m.stored, nil
		}
		again, err := k.Verify(t.Context(), c)
		if err != nil || m.stored != nil || !again.Collection().Equal(v.Collection()) {
			t.Fatalf("what was just seen: %v, stored %x", err, m.stored)
		}
	})
}

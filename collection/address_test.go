package collection_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

func TestNormalAddress(t *testing.T) {
	long := strings.Repeat("a", 63)
	domain := long + "." + long + "." + long // 191 bytes
	for address, want := range map[string]string{
		"ben@example.org":                      "ben@example.org",
		"Ben.Berg@Example.ORG":                 "ben.berg@example.org",
		"a@b.c":                                "a@b.c",
		"ben+photos@example.org":               "ben+photos@example.org",
		"!#$%&'*+-/=?^_`{|}~@example.org":      "!#$%&'*+-/=?^_`{|}~@example.org",
		"007@mail.example.co":                  "007@mail.example.co",
		"ben@xn--bcher-kva.example":            "ben@xn--bcher-kva.example",
		"ben@a-b.9x.example":                   "ben@a-b.9x.example",
		strings.Repeat("l", 64) + "@a.b":       strings.Repeat("l", 64) + "@a.b",
		strings.Repeat("l", 62) + "@" + domain: strings.Repeat("l", 62) + "@" + domain,
	} {
		got, err := collection.NormalAddress(address)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", address, got, err)
		}
		if again, err := collection.NormalAddress(got); again != got || err != nil {
			t.Errorf("%q is not normal: %q, %v", got, again, err)
		}
	}
	for _, address := range []string{
		"", "@", "ben", "ben@", "@example.org", "ben@example", "ben@@example.org", "ben@a@example.org",
		" ben@example.org", "ben@example.org ", "ben @example.org", "ben@exam ple.org", "ben@example.org\n", "ben\x00@example.org",
		".ben@example.org", "ben.@example.org", "b..en@example.org", "ben@.example.org", "ben@example.org.", "ben@example..org",
		`"ben"@example.org`, `ben\@x@example.org`, "ben(home)@example.org", "<ben@example.org>", "ben,anna@example.org", "ben;@example.org",
		"bén@example.org", "ben@bücher.example", "ben@exämple.org", "ben@example.org\u00a0", "\u212aen@example.org",
		"ben@-example.org", "ben@example-.org", "ben@exa_mple.org", "ben@[127.0.0.1]", "ben@example.org:25",
		strings.Repeat("l", 65) + "@a.b", "ben@" + long + "a.org", strings.Repeat("l", 63) + "@" + domain,
	} {
		got, err := collection.NormalAddress(address)
		if !errors.Is(err, collection.ErrAddress) || got != "" {
			t.Errorf("%q: %q, %v", address, got, err)
		}
		if err != nil && len(address) > 4 && strings.Contains(err.Error(), address) {
			t.Errorf("the error repeats the address: %v", err)
		}
		if a, err := collection.Blind(holiday, [16]byte{1}, address); !errors.Is(err, collection.ErrAddress) || !a.IsZero() {
			t.Errorf("%q is blinded: %v", address, err)
		}
	}
}

func TestBlind(t *testing.T) {
	r := [16]byte{7, 15: 9}
	text := "glimpse address" + string(holiday[:]) + string(r[:]) + "ben@example.org"
	want := collection.Address(sha256.Sum256([]byte(text)))
	for _, spelling := range []string{"ben@example.org", "BEN@example.Org"} {
		if got := ok(collection.Blind(holiday, r, spelling))(t); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	for _, other := range []collection.Address{
		ok(collection.Blind(collection.ID{2}, r, "ben@example.org"))(t),
		ok(collection.Blind(holiday, [16]byte{8}, "ben@example.org"))(t),
		ok(collection.Blind(holiday, r, "ben@example.com"))(t),
	} {
		if other == want {
			t.Error("another collection, r or address has the same blinded form")
		}
	}
	c := shared(t, 0, label.Flag, func(_ *collection.Header, b *collection.Body) { b.Addresses = []collection.Address{want, {1}} })
	if !c.HasAddress(want) || c.HasAddress(collection.Address{2}) || c.HasAddress(collection.Address{}) {
		t.Error("the address is not recognised")
	}
}

func TestMayRead(t *testing.T) {
	hidden := collection.Address{5}
	c := shared(t, 1, label.Flag, func(_ *collection.Header, b *collection.Body) { b.Addresses = []collection.Address{hidden} })
	resolved := ok(c.Resolve(bg, keyOf(theHub), hidden, mallory, dawn))(t)
	for _, test := range []struct {
		name     string
		user     collection.UserID
		may, now bool // before and after mallory's address is resolved
	}{
		{"author", anna, true, true}, {"recipient", ben, true, true}, {"completers", home, true, true}, {"completer", tower, true, true},
		{"behind the address", mallory, false, true}, {"stranger", collection.UserID{0x12}, false, false}, {"nobody", collection.UserID{}, false, false},
	} {
		if c.MayRead(test.user) != test.may || resolved.MayRead(test.user) != test.now {
			t.Errorf("%s: %v, then %v", test.name, c.MayRead(test.user), resolved.MayRead(test.user))
		}
		if merged(t, c, resolved).MayRead(test.user) != test.now || merged(t, resolved, c).MayRead(test.user) != test.now {
			t.Errorf("%s: lost in a merge", test.name)
		}
		if d := ok(collection.Decode(bytesOf(t, resolved)))(t); d.MayRead(test.user) != test.now {
			t.Errorf("%s: lost on the wire", test.name)
		}
	}
	if again := ok(resolved.Resolve(bg, keyOf(theHub), hidden, mallory, dawn))(t); !again.Equal(resolved) {
		t.Error("resolving again changes something")
	}
	if (collection.Collection{}).MayRead(collection.UserID{}) {
		t.Error("nobody may read nothing")
	}
}

package coretest_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/signature"
)

var (
	ctx = context.Background()

	anna  = collection.UserID{0xaa} // the author
	ben   = collection.UserID{0xbb} // a recipient
	cleo  = collection.UserID{0xcc} // a completer: her home computer
	dora  = collection.UserID{0xdd} // another completer
	evil  = collection.UserID{0xee} // a user with a good key, who is nothing to the collection
	hub   = collection.UserID{}     // the authority, in updates
	noon  = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	later = noon.Add(time.Hour)

	holiday = collection.ID{0x01}
	lake    = collection.ItemID{0x10}
	boat    = collection.ItemID{0x11}
	rain    = collection.ItemID{0x12}
)

// A world is a collection, the people around it with a key each, and a
// recipient's checker.
type world struct {
	tb      testing.TB
	people  map[string]*signature.Signer
	ring    *signature.Keyring
	memory  *memory
	checker collection.Checker
	c       collection.Collection // sealed by anna, no updates
}

// everyAlgorithm runs a test with an author of each algorithm.
func everyAlgorithm(t *testing.T, test func(t *testing.T, w *world)) {
	for _, a := range []signature.Algorithm{signature.Ed25519, signature.ES256, signature.PS256} {
		t.Run(a.String(), func(t *testing.T) { test(t, newWorld(t, a)) })
	}
}

// newWorld makes a world in which anna's key is of the algorithm a, and the
// completers' and the authority's are of others where a is not Ed25519.
func newWorld(tb testing.TB, a signature.Algorithm) *world {
	tb.Helper()
	w := &world{tb: tb, people: map[string]*signature.Signer{}, ring: new(signature.Keyring), memory: new(memory)}
	other := map[signature.Algorithm]signature.Algorithm{
		signature.Ed25519: signature.Ed25519, signature.ES256: signature.Ed25519, signature.PS256: signature.ES256,
	}[a]
	w.people["anna"] = newSigner(tb, a, 1)
	for i, name := range []string{"cleo", "dora", "evil", "hub", "other hub"} {
		w.people[name] = newSigner(tb, other, byte(i+2))
	}
	for name, user := range map[string]collection.UserID{"anna": anna, "cleo": cleo, "dora": dora, "evil": evil} {
		must0(tb, w.ring.Trust(user, w.people[name].Public()))
	}
	must0(tb, w.ring.AddAuthority(w.people["hub"].Public()))
	must0(tb, w.ring.AddAuthority(w.people["other hub"].Public()))
	w.checker = collection.Checker{Verifier: w.ring, Memory: w.memory}
	w.c = w.seal(must(collection.New(w.header(), w.body()))(tb))
	return w
}

func (w *world) header() collection.Header {
	return collection.Header{
		ID: holiday, Author: anna, Authority: w.key("hub"), Created: noon, Edition: 1,
		Title: "Holiday", Metadata: map[string]string{"place": "Norway"}, Hints: collection.Hints{PerPage: 4, Cover: lake},
	}
}

func (w *world) body() collection.Body {
	items := make([]collection.Item, 3)
	for i, id := range []collection.ItemID{lake, boat, rain} {
		items[i] = collection.Item{
			ID: id, Caption: "Photo " + string(rune('A'+i)), MediaType: "image/jpeg",
			Digests: []collection.Digest{digest.Sum(thumbnail(id)), {}, digest.Sum(original(id))},
		}
	}
	return collection.Body{
		Items: items, Recipients: []collection.UserID{ben}, Completers: []collection.UserID{cleo, dora},
		Addresses: []collection.Address{must(collection.Blind(holiday, [16]byte{7}, "ben@example.org"))(w.tb)},
	}
}

func thumbnail(id collection.ItemID) []byte { return append([]byte("thumbnail of "), id[:]...) }
func original(id collection.ItemID) []byte  { return append([]byte("original of "), id[:]...) }

func (w *world) key(name string) collection.KeyID { return w.people[name].Public().ID() }

// seal has anna seal an edition.
func (w *world) seal(c collection.Collection) collection.Collection {
	w.tb.Helper()
	return must(c.Sign(ctx, w.people["anna"], noon))(w.tb)
}

// say has somebody seal an update that was made without an error.
func (w *world) say(name string, u collection.Update, err error) collection.Update {
	w.tb.Helper()
	must0(w.tb, err)
	return w.sealUpdate(name, u, later)
}

func (w *world) sealUpdate(name string, u collection.Update, issued time.Time) collection.Update {
	w.tb.Helper()
	return must(u.Sign(ctx, w.people[name], issued))(w.tb)
}

// with applies sealed updates and seals nothing.
func (w *world) with(c collection.Collection, us ...collection.Update) collection.Collection {
	w.tb.Helper()
	next, changed, err := c.Apply(us...)
	if err != nil || !changed {
		w.tb.Fatalf("changed %v, %v", changed, err)
	}
	return next
}

// verified verifies what must pass, and remembers it.
func (w *world) verified(c collection.Collection) collection.Verified {
	w.tb.Helper()
	return must(w.checker.Verify(ctx, c))(w.tb)
}

// refused verifies what must not pass, in one piece and as a stream where the
// refusal is one of a seal, and wants nothing to have been remembered.
func (w *world) refused(c collection.Collection, want error) {
	w.tb.Helper()
	before := w.memory.copy()
	v, err := w.checker.Verify(ctx, c)
	if !errors.Is(err, want) {
		w.tb.Errorf("error %v, want %v", err, want)
	}
	if v.Collection().Len() != 0 || v.Report().Author != nil || v.Report().Authority != nil {
		w.tb.Error("a refused collection came back")
	}
	if !maps.Equal(before, w.memory.copy()) {
		w.tb.Error("a refused collection was remembered")
	}
}

// refusedUpdate applies an update that must not pass, and wants nothing changed.
func (w *world) refusedUpdate(v collection.Verified, u collection.Update, want error) {
	w.tb.Helper()
	before, remembered := snapshot(w.tb, v), w.memory.copy()
	next, changed, err := v.Apply(ctx, u)
	if !errors.Is(err, want) || changed {
		w.tb.Errorf("changed %v, error %v, want %v", changed, err, want)
	}
	if snapshot(w.tb, next) != before || snapshot(w.tb, v) != before {
		w.tb.Error("a refused update changed something")
	}
	if !maps.Equal(remembered, w.memory.copy()) {
		w.tb.Error("a refused update was remembered")
	}
}

// memory is a Memory that can be looked into.
type memory struct {
	mu   sync.Mutex
	seen map[collection.Name]string
}

func (m *memory) Update(n collection.Name, next func(seen []byte) ([]byte, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var was []byte
	if seen, ok := m.seen[n]; ok {
		was = []byte(seen)
	}
	seen, err := next(was)
	if err != nil {
		return err
	}
	if m.seen == nil {
		m.seen = map[collection.Name]string{}
	}
	m.seen[n] = string(seen)
	return nil
}

func (m *memory) copy() map[collection.Name]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.seen)
}

// newSigner makes a signer; Ed25519 keys are the same in every run.
func newSigner(tb testing.TB, a signature.Algorithm, n byte) *signature.Signer {
	tb.Helper()
	return must(signature.NewSigner(newKey(tb, a, n), rand.Reader))(tb)
}

func newKey(tb testing.TB, a signature.Algorithm, n byte) crypto.Signer {
	tb.Helper()
	switch a {
	case signature.ES256:
		return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(tb)
	case signature.PS256:
		data := must(os.ReadFile("../../signature/testdata/keys/rsa2048.pem"))(tb)
		return must(signature.ParsePrivateKey(data, nil))(tb)
	}
	return must(signature.GenerateKey(entropy(n)))(tb)
}

func entropy(n byte) io.Reader { return mathrand.NewChaCha8([32]byte{n}) }

// must returns a function that returns v, and fails the test for an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		must0(tb, err)
		return v
	}
}

func must0(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

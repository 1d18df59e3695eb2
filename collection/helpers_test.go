package collection_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// More of the people of the examples. hub is the authority's key.
var (
	tower    = collection.UserID{0xdd} // a second completer
	mallory  = collection.UserID{0xee} // a stranger
	hub      = collection.KeyID{0x99}
	theHub   = collection.UserID{}
	dawn     = time.Unix(1_780_000_000, 0).UTC()
	kinds    = []label.Kind{label.Flag, label.Boolean, label.Degree}
	bg       = context.Background()
	errOops  = errors.New("oops")
	allTypes = []string{collection.TypeEdition, collection.TypeUpdate, collection.TypeAddress, collection.TypeAcceptance, collection.TypeEnd}
)

// A toyKey seals by hashing: enough to tell statements, keys and purposes apart.
type toyKey struct{ id collection.KeyID }

// keyOf is the one key that a user has; the authority's is hub.
func keyOf(u collection.UserID) toyKey {
	if u.IsZero() {
		return toyKey{hub}
	}
	return toyKey{sha256.Sum256(u[:])}
}

func (k toyKey) Sign(_ context.Context, typ string, statement []byte) ([]byte, error) {
	if !slices.Contains(allTypes, typ) {
		return nil, errOops
	}
	sum := sha256.Sum256(slices.Concat(k.id[:], []byte(typ), statement))
	header := wire.AppendBytes([]byte{0xd2, 0x84}, k.id[:]) // where a COSE_Sign1 names its key
	return wire.AppendBytes(append(header, 0xa0, 0xf6), sum[:]), nil
}

func (k toyKey) ID() [32]byte { return k.id }

// A signerFunc is a Signer.
type signerFunc func() ([]byte, error)

func (f signerFunc) Sign(context.Context, string, []byte) ([]byte, error) { return f() }

func (f signerFunc) ID() [32]byte { return [32]byte{} }

// A toyRing verifies the seals of toyKeys.
type toyRing struct {
	users map[collection.KeyID]collection.UserID
	state map[collection.KeyID]error // such as ErrRevoked
}

func newRing(users ...collection.UserID) toyRing {
	r := toyRing{map[collection.KeyID]collection.UserID{hub: {}}, map[collection.KeyID]error{}}
	for _, u := range append(users, anna, home, tower, ben) {
		r.users[keyOf(u).id] = u
	}
	return r
}

func (r toyRing) Verify(_ context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	if len(seal) != 72 {
		return user, key, collection.ErrBadSeal
	}
	key = [32]byte(seal[4:36])
	want, _ := toyKey{key}.Sign(context.Background(), typ, statement)
	bound, known := r.users[key]
	switch {
	case !known:
		return user, key, collection.ErrUnknownKey
	case !bytes.Equal(want, seal) || !statedAt(statement, issued):
		return user, key, collection.ErrBadSeal
	}
	return bound, key, r.state[key]
}

// statedAt reports whether a statement ends with the time that the verifier is
// told, for every statement ends with it.
func statedAt(statement []byte, issued time.Time) bool {
	if issued.IsZero() {
		return statement[len(statement)-1] == 0
	}
	want := binary.BigEndian.AppendUint32([]byte{0x1a}, uint32(issued.Unix()))
	return bytes.HasSuffix(statement, want)
}

// itemID is the id of the i-th item of the collections of these tests.
func itemID(i int) collection.ItemID {
	var id collection.ItemID
	binary.BigEndian.PutUint32(id[:], uint32(i+1))
	id[15] = 7
	return id
}

func itemIDs(places ...int) []collection.ItemID {
	ids := make([]collection.ItemID, len(places))
	for k, i := range places {
		ids[k] = itemID(i)
	}
	return ids
}

// shared makes a collection of n items by anna, with ben, that home and tower
// may complete and the hub validates; change may be nil.
func shared(tb failer, n int, kind label.Kind, change func(*collection.Header, *collection.Body)) collection.Collection {
	h := collection.Header{ID: holiday, Author: anna, Authority: hub, Title: "Holiday"}
	b := collection.Body{
		Kind: kind, Items: make([]collection.Item, n),
		Recipients: []collection.UserID{ben}, Completers: []collection.UserID{tower, home},
	}
	for i := range b.Items {
		b.Items[i].ID = itemID(i)
	}
	if change != nil {
		change(&h, &b)
	}
	return ok(collection.New(h, b))(tb)
}

// A wireUpdate is an update as its encoder sees it, for those that nobody could
// make with the package.
type wireUpdate struct {
	identity collection.Digest
	kind     label.Kind
	ranks    []label.Rank
	issuer   collection.UserID
}

// edited returns the update that u would be if change had made it.
func edited(tb failer, u collection.Update, c collection.Collection, change func(*wireUpdate)) collection.Update {
	tb.Helper()
	w := wireUpdate{u.Identity(), u.Kind(), make([]label.Rank, c.Len()), u.Issuer()}
	for i, rank := range u.Labels() {
		w.ranks[i] = rank
	}
	change(&w)
	return ok(collection.DecodeUpdate(w.encode()))(tb)
}

func (w *wireUpdate) encode() []byte {
	values := make([]uint32, len(w.ranks))
	for i, rank := range w.ranks {
		values[i] = uint32(rank)
	}
	keys := 2
	for _, present := range []bool{w.kind != 0, len(values) > 0, !w.issuer.IsZero()} {
		if present {
			keys++
		}
	}
	b := wire.AppendBytes(wire.AppendUint(wire.AppendMap(nil, keys), 1), w.identity[:])
	if w.kind != 0 {
		b = wire.AppendUint(wire.AppendUint(b, 2), uint64(w.kind))
	}
	if len(values) > 0 {
		b = wire.AppendUint(wire.AppendUint(b, 3), uint64(len(values)))
	}
	dict, form, data := column.FromValues(values).Encode()
	b = wire.AppendArray(wire.AppendArray(wire.AppendUint(b, 4), 3), len(dict))
	for _, v := range dict {
		b = wire.AppendUint(b, uint64(v))
	}
	b = wire.AppendBytes(wire.AppendUint(b, uint64(form)), data)
	if !w.issuer.IsZero() {
		b = wire.AppendBytes(wire.AppendUint(b, 5), w.issuer[:])
	}
	return b
}

// ok returns a function that fails the test on an error, else returns the value.
func ok[T any](v T, err error) func(failer) T {
	return func(tb failer) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// failer is a *testing.T, B or *rapid.T.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// applied returns c with updates.
func applied(tb failer, c collection.Collection, us ...collection.Update) collection.Collection {
	tb.Helper()
	next, _, err := c.Apply(us...)
	if err != nil {
		tb.Fatal(err)
	}
	return next
}

// merged returns the join of two copies, and checks that changed is exact.
func merged(tb failer, c, d collection.Collection) collection.Collection {
	tb.Helper()
	next, changed, err := c.Merge(d)
	if err != nil {
		tb.Fatal(err)
	}
	if differs := !bytes.Equal(bytesOf(tb, c), bytesOf(tb, next)); differs != changed || differs == c.Equal(next) {
		tb.Fatalf("merge: changed is %v, Equal %v, and the bytes differ: %v", changed, c.Equal(next), differs)
	}
	return next
}

func bytesOf(tb failer, c collection.Collection) []byte {
	tb.Helper()
	return ok(c.MarshalBinary())(tb)
}

// signed seals an update by its issuer's key.
func signed(tb failer, u collection.Update, at time.Time) collection.Update {
	tb.Helper()
	return ok(u.Sign(bg, keyOf(u.Issuer()), at))(tb)
}

// ranks lists the labels.
func ranks(c collection.Collection) []label.Rank {
	var all []label.Rank
	for _, rank := range c.Labels() {
		all = append(all, rank)
	}
	return all
}

// rankOf is the rank of a level in a generation.
func rankOf(generation uint32, level label.Rank) label.Rank {
	return label.Rank(generation)<<4 | level
}

// wantRanks fails unless c has these labels, and its copy over the wire, whose
// labels are worked out anew.
func wantRanks(tb failer, c collection.Collection, want ...label.Rank) {
	tb.Helper()
	copied := ok(collection.Decode(bytesOf(tb, c)))(tb)
	if have, again := ranks(c), ranks(copied); !slices.Equal(have, want) || !slices.Equal(again, want) {
		tb.Fatalf("labels %v, decoded %v, want %v", have, again, want)
	}
}

// wantErr fails unless err is all of want.
func wantErr(tb failer, err error, want ...error) {
	tb.Helper()
	for _, w := range want {
		if !errors.Is(err, w) {
			tb.Fatalf("error %v, want %v", err, w)
		}
	}
}

// permutations calls yield with every order of 0 to n-1.
func permutations(n int, yield func([]int)) {
	var grow func(order []int)
	grow = func(order []int) {
		if len(order) == n {
			yield(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				grow(append(slices.Clone(order), i))
			}
		}
	}
	grow(nil)
}

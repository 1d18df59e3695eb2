package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

// author is who shares all that is made here.
var author = collection.UserID{1}

var issued = time.Unix(1_780_000_000, 0)

// maxSealed is how many updates are sealed by keys that are known: a seal takes longer to make
// than to verify.
const maxSealed = 4000

// maxRanks is how many ranks of items all updates have together, about: they are made one by
// one.
const maxRanks = 1 << 25

// A maker makes collections, and knows the keys that seal them.
type maker struct {
	private ed25519.PrivateKey // the author's
	author  *signature.Signer
	keys    []*signature.Signer // of the first completer and on, 16 each
	ring    signature.Keyring
}

func newMaker() (m *maker, err error) {
	m = &maker{private: privateKey(1 << 20)}
	if m.author, err = signature.NewSigner(m.private, nil); err != nil {
		return nil, err
	}
	return m, m.ring.Trust(author, m.author.Public())
}

// privateKey returns the n-th key.
func privateKey(n int) ed25519.PrivateKey {
	var seed [ed25519.SeedSize]byte
	binary.BigEndian.PutUint64(seed[:], uint64(n))
	return ed25519.NewKeyFromSeed(seed[:])
}

// key returns the n-th of all completers' keys, 16 each.
func (m *maker) key(n int) (*signature.Signer, error) {
	for len(m.keys) <= n {
		s, err := signature.NewSigner(privateKey(len(m.keys)), nil)
		if err == nil {
			err = m.ring.Trust(completer(len(m.keys)/16), s.Public())
		}
		if err != nil {
			return nil, err
		}
		m.keys = append(m.keys, s)
	}
	return m.keys[n], nil
}

func completer(i int) (u collection.UserID) {
	binary.BigEndian.PutUint64(u[:], 1<<63|uint64(i))
	return u
}

// A dish is what a recipe has made.
type dish struct {
	data  []byte
	seals int // that it has
}

// make makes a collection of about so many bytes.
func (m *maker) make(r recipe, size int) (dish, error) {
	total := r.Items + r.Recipients + r.Resolved + r.Subs + r.Captions + r.Digests + r.Words
	part := func(share float64, each int) int { return int(share/total*float64(size)) / each }
	n := max(1, min(part(r.Items, 16+min(r.Preview, 33)), 1<<24-1))
	words := m.words(r, n, part(r.Words, 1))
	c, err := collection.Decode(manifest(r, n, part, (len(words)+r.Keys-1)/r.Keys))
	if err != nil {
		return dish{}, fmt.Errorf("%v: %w", r, err)
	}
	us, err := m.seal(r, c, words)
	if err != nil {
		return dish{}, err
	}
	if c, _, err = c.Apply(us...); err == nil {
		c, err = c.Sign(context.Background(), m.author, issued)
	}
	if err != nil {
		return dish{}, fmt.Errorf("%v: %w", r, err)
	}
	data, err := c.MarshalBinary()
	seals := 1
	for range c.Updates() {
		seals++
	}
	return dish{data, seals}, err
}

// manifest writes fixed part and edition. Media types are columns as labels are.
func manifest(r recipe, n int, part func(float64, int) int, completers int) []byte {
	resolved := min(part(r.Resolved, 86), 1<<20)
	return append(wire.AppendTag(nil, collection.Tag), fields(map[uint64][]byte{
		1: wire.AppendBytes(nil, fixedPart(r, n, part, completers, resolved)), 2: wire.AppendBytes(nil, edition(r, n, part)), 6: resolutions(resolved),
	})...)
}

// resolutions are statements, which nobody has sealed, that addresses are users.
func resolutions(n int) []byte {
	if n <= 0 {
		return nil
	}
	b := wire.AppendArray(nil, n)
	for i := range n {
		u := completer(i)
		b = wire.AppendBytes(wire.AppendArray(b, 4), append(u[:], make([]byte, 16)...))
		b = append(wire.AppendBytes(b, u[:]), 0, 0x40)
	}
	return b
}

// fields writes a map of those fields that have something in them.
func fields(all map[uint64][]byte) []byte {
	var keys []uint64
	for key, value := range all {
		if len(value) > 0 {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	b := wire.AppendMap(nil, len(keys))
	for _, key := range keys {
		b = append(wire.AppendUint(b, key), all[key]...)
	}
	return b
}

func fixedPart(r recipe, n int, part func(float64, int) int, completers, resolved int) []byte {
	var authority []byte
	if resolved > 0 {
		authority = wire.AppendBytes(nil, bytes.Repeat([]byte{9}, 32))
	}
	ids := make([]byte, 0, 16*n)
	for i := range n {
		ids = append(ids, idOf(r.IDs, i)...)
	}
	return fields(map[uint64][]byte{
		1: wire.AppendBytes(nil, bytes.Repeat([]byte{7}, 16)), 2: wire.AppendBytes(nil, author[:]), 4: {2}, 6: wire.AppendBytes(nil, ids),
		7: set(min(part(r.Recipients, 16), 1<<20), 16), 8: set(resolved, 32), 9: set(completers, 16), 10: authority, 11: set(min(part(r.Subs, 32), 1<<16), 32),
	})
}

// set writes n values of a size, ascending; nothing if there are none.
func set(n, size int) []byte {
	if n <= 0 {
		return nil
	}
	values := make([]byte, n*size)
	for i := range n {
		u := completer(i)
		copy(values[i*size:], u[:])
	}
	return wire.AppendBytes(nil, values)
}

// idOf is the i-th id: in order; different in one half alone; or a multiple in both.
func idOf(kind, i int) []byte {
	id := make([]byte, 16)
	switch x := uint64(i + 1); kind {
	case 0:
		binary.BigEndian.PutUint64(id, x*0x9e3779b97f4a7c15)
		binary.BigEndian.PutUint64(id[8:], x)
	case 1:
		id[0] = 1
		binary.LittleEndian.PutUint64(id[8:], x<<40|x>>24)
	default:
		binary.LittleEndian.PutUint64(id, x*0x9e3779b97f4a7c15)
		binary.LittleEndian.PutUint64(id[8:], x*0x9e3779b97f4a7c15)
	}
	return id
}

// packed writes a column: its dictionary, and form and data.
func packed(values []uint32) (dict []uint32, rest []byte) {
	dict, form, data := column.FromValues(values).Encode()
	return dict, wire.AppendBytes(wire.AppendUint(nil, uint64(form)), data)
}

func edition(r recipe, n int, part func(float64, int) int) []byte {
	var digests []byte
	if columns := min(part(r.Digests, 32*n), 3); columns > 0 {
		digests = wire.AppendMap(digests, columns)
		for v := range columns {
			column := make([]byte, 32*n)
			column[32*n-1] = 1
			digests = wire.AppendBytes(wire.AppendUint(digests, uint64(v)), column)
		}
	}
	return fields(map[uint64][]byte{
		2: wire.AppendText(nil, "t"), 3: captions(r, n, part(r.Captions, 1)), 4: types(r.Types, n), 5: metadata(r.Metadata), 7: digests, 8: previews(r.Preview, n),
	})
}

func captions(r recipe, n, size int) []byte {
	var items, ends, text []byte
	for i := 0; i < n && len(items)+len(ends)+len(text) < size; i++ {
		text = append(text, bytes.Repeat([]byte("é"), (r.Caption+1)/2)...)
		items = binary.BigEndian.AppendUint32(items, uint32(i))
		ends = binary.BigEndian.AppendUint32(ends, uint32(len(text)))
	}
	if len(items) == 0 || len(text) > 1<<28 {
		return nil
	}
	b := wire.AppendBytes(wire.AppendBytes(wire.AppendArray(nil, 3), items), ends)
	return wire.AppendText(b, string(text))
}

func types(count, n int) []byte {
	if count = min(count, n); count == 0 {
		return nil
	}
	b := wire.AppendArray(wire.AppendArray(nil, 3), count)
	for i := range count {
		b = wire.AppendText(b, fmt.Sprintf("%08d", i))
	}
	places := make([]uint32, n)
	for i := range places {
		places[i] = uint32(i % count)
	}
	_, rest := packed(places)
	return append(b, rest...)
}

func metadata(count int) []byte {
	if count == 0 {
		return nil
	}
	b := wire.AppendMap(nil, count)
	for i := range count {
		b = wire.AppendText(wire.AppendText(b, fmt.Sprintf("%08d", i)), "é")
	}
	return b
}

// previews have one length, or all of them by turns.
func previews(length, n int) []byte {
	if length == 0 {
		return nil
	}
	lengths, total := make([]uint32, n), 0
	for i := range lengths {
		if lengths[i] = uint32(min(length, 33)); length > 33 {
			lengths[i] = uint32(i*i%33 + 1)
		}
		total += int(lengths[i] % 33)
	}
	dict, rest := packed(lengths)
	b := wire.AppendArray(wire.AppendArray(nil, 4), len(dict))
	for _, v := range dict {
		b = wire.AppendUint(b, uint64(v))
	}
	return wire.AppendBytes(append(b, rest...), make([]byte, total))
}

// words are the labels of updates of so many bytes together.
func (m *maker) words(r recipe, n, size int) (all []column.Column) {
	for k := 0; size > 0; k++ {
		values := make([]uint32, n)
		for i := range values {
			at := i / r.Run
			values[i] = r.rank(k, at*at+at/7+k*i/n)
		}
		c := column.FromValues(values)
		dict, _, data := c.Encode()
		if size -= len(data) + 4*len(dict) + 140; size >= 0 || k == 0 {
			all = append(all, c)
		}
		if r.Seals > 0 && k == maxSealed || k*n > maxRanks {
			break
		}
	}
	return all
}

// rank is the x-th rank of the k-th update.
func (r recipe) rank(k, x int) uint32 {
	x %= max(r.Values, 1)
	if !r.Generations {
		return uint32([]label.Rank{label.Complete, 0, 1, 2}[x%4])
	}
	if r.Own {
		x = x*(k+1) + k
	}
	return uint32(x%(1<<20))<<4 | uint32(label.Complete)
}

// seal makes updates of labels, by completers with 16 keys or fewer each.
func (m *maker) seal(r recipe, c collection.Collection, words []column.Column) (us []collection.Update, err error) {
	if len(words) == 0 {
		return nil, nil
	}
	for k, labels := range words {
		by := completer(k / r.Keys)
		var u collection.Update
		if u, err = collection.DecodeUpdate(updateOf(c, by, labels)); err != nil {
			return nil, fmt.Errorf("%v: %w", r, err)
		}
		var s collection.Signer = junk(k)
		if k < r.Seals {
			if s, err = m.key(k/r.Keys*16 + k%r.Keys); err != nil {
				return nil, err
			}
		}
		if u, err = u.Sign(context.Background(), s, issued); err != nil {
			return nil, err
		}
		us = append(us, u)
	}
	return us, nil
}

func updateOf(c collection.Collection, by collection.UserID, labels column.Column) []byte {
	identity := c.Identity()
	dict, form, data := labels.Encode()
	b := wire.AppendArray(wire.AppendArray(nil, 3), len(dict))
	for _, v := range dict {
		b = wire.AppendUint(b, uint64(v))
	}
	b = wire.AppendBytes(wire.AppendUint(b, uint64(form)), data)
	return fields(map[uint64][]byte{
		1: wire.AppendBytes(nil, identity[:]), 2: {2}, 3: wire.AppendUint(nil, uint64(c.Len())), 4: b, 5: wire.AppendBytes(nil, by[:]),
	})
}

// junk is a signer of seals that name a key and are nobody's.
type junk int

func (j junk) ID() (key [32]byte) {
	binary.BigEndian.PutUint64(key[:], uint64(j)+1)
	return key
}

func (j junk) Sign(context.Context, string, []byte) ([]byte, error) {
	key := j.ID()
	return append(wire.AppendBytes([]byte{0xd2, 0x84}, key[:]), 0xa0, 0xf6, 0x40), nil
}

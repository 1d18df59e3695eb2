package station

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// The index of items says in which of an author's collections an item is; all else about
// other collections is read from their states. A new collection is one record in a list,
// so that it costs as little as its size allows. Whoever looks for items reads the list;
// when it has become long, a job folds it into records of single items, of which only
// those are read that are looked for.

// mark is how an item is known in the index: by both halves of its id, which is random. That
// two have the same costs their author a look at a collection in vain.
type mark [8]byte

func markOf(item collection.ItemID) (m mark) {
	subtle.XORBytes(m[:], item[:len(m)], item[len(m):])
	return m
}

// String returns m in hexadecimal, as keys have it.
func (m mark) String() string { return hex.EncodeToString(m[:]) }

// An author's list is folded after so many collections, or marks, that have come into it.
const (
	maxListed = 1 << 8
	maxMarks  = 1 << 15
)

const (
	maxPiece = 1 << 11 // marks in one record of the list
	maxFold  = 1 << 11 // marks that are folded in one transaction, about: others wait for it
)

// indexHead changes with each new collection of an author, so that a transaction that
// looks for items has one condition and not as many as there are items.
type indexHead struct {
	Collections int  `cbor:"1,keyasint"` // that have come into the list ever
	Marks       int  `cbor:"2,keyasint"` // likewise
	Folded      bool `cbor:"3,keyasint,omitempty"`
}

// indexItems puts a new collection into the index.
func (s *step) indexItems(ctx context.Context, c collection.Collection) error {
	marks := make([]byte, 0, c.Len()*len(mark{}))
	for item := range c.Items() {
		m := markOf(item)
		marks = append(marks, m[:]...)
	}
	n := 0
	for piece := range slices.Chunk(marks, maxPiece*len(mark{})) {
		s.tx.Set(fmt.Sprintf("%s%04x", listRecord.Under(c.Author(), c.ID()), n), piece)
		n++
	}
	key := itemRecord.Key(c.Author())
	head, r, err := record.Load[indexHead](ctx, s.tx, key)
	if err != nil {
		return err
	}
	s.indexed = listing{r.Version, list{{c.ID(), marks}}}
	before := head
	head.Collections, head.Marks = head.Collections+1, head.Marks+c.Len()
	if head.Collections/maxListed > before.Collections/maxListed || head.Marks/maxMarks > before.Marks/maxMarks {
		job := foldJob.Key(c.Name())
		s.jobs = append(s.jobs, job)
		err = s.core.storeJob(s.tx, job, struct{}{})
	}
	return errors.Join(err, s.tx.Encode(key, head))
}

// others returns the other collections of c's author that have one of the items, in the
// order of their ids, as long as the transaction stands.
func (k *Core) others(ctx context.Context, tx *record.Tx, c collection.Collection, items transport.Bits) ([]collection.Name, error) {
	all, folded, err := k.listOf(ctx, tx, c.Author())
	if err != nil || len(all) == 0 && !folded {
		return nil, err
	}
	wanted := make(map[mark]bool, items.Len())
	for i := range items.Places() {
		item, _ := c.At(i)
		wanted[markOf(item)] = true
	}
	found := all.find(wanted)
	if folded {
		err = k.inItems(ctx, c.Author(), wanted, found)
	}
	delete(found, c.ID())
	names := make([]collection.Name, 0, len(found))
	for id := range found {
		names = append(names, collection.Name{Author: c.Author(), ID: id})
	}
	slices.SortFunc(names, compareNames)
	return names, err
}

// listOf returns an author's list, and whether more was folded.
func (k *Core) listOf(ctx context.Context, tx *record.Tx, author collection.UserID) (all list, folded bool, err error) {
	key := itemRecord.Key(author)
	head, r, err := record.Load[indexHead](ctx, tx, key)
	if err != nil {
		return nil, false, err
	}
	if all, ok := k.lists.get(author, r.Version); ok {
		return all, head.Folded, nil
	}
	for r, err := range k.Store.Scan(ctx, listRecord.Under(author), "", 0) {
		if err != nil {
			return nil, false, err
		}
		id, err := listed(r)
		if err != nil {
			return nil, false, err
		}
		all = append(all, listedMarks{id, r.Value})
	}
	now, again, err := record.Load[indexHead](ctx, k.Store, key) // something may have been folded meanwhile
	if err == nil && again.Version == r.Version {
		k.lists.put(author, listing{r.Version, all})
	}
	return all, now.Folded, err
}

// listed returns the collection of a record of the list.
func listed(r transport.Record) (id collection.ID, err error) {
	parts := strings.Split(r.Key, "/")
	if err = id.UnmarshalText([]byte(parts[len(parts)-2])); err != nil || len(r.Value)%len(mark{}) != 0 {
		err = transport.At(transport.ErrStorage, r.Key)
	}
	return id, err
}

// inItems finds marks among those that were folded.
func (k *Core) inItems(ctx context.Context, author collection.UserID, wanted map[mark]bool, found map[collection.ID]bool) error {
	prefix, keys := itemRecord.Under(author), make([]string, 0, len(wanted))
	for m := range wanted {
		keys = append(keys, prefix+m.String())
	}
	records, err := k.Store.Get(ctx, keys...)
	for _, r := range records {
		for id := range slices.Chunk(r.Value, len(collection.ID{})) {
			if len(id) < len(collection.ID{}) {
				return transport.At(transport.ErrStorage, r.Key)
			}
			found[collection.ID(id)] = true
		}
	}
	return err
}

// foldLists does jobs of folding, or a batch of each, and returns those that go on.
func (k *Core) foldLists(ctx context.Context, keys []string) (left []string, err error) {
	for _, key := range keys {
		more, failed := k.fold(ctx, key)
		if err = errors.Join(err, failed); more {
			left = append(left, key)
		}
	}
	return left, err
}

// fold folds some of an author's list, and reports whether there is more of it.
func (k *Core) fold(ctx context.Context, key string) (more bool, err error) {
	name, err := record.Name(key)
	if err != nil {
		return false, err
	}
	defer k.lists.drop(name.Author)
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		if _, err := tx.Get(ctx, key); err != nil {
			return err
		}
		var pieces []string
		if pieces, more, err = k.pieces(ctx, name.Author); err != nil {
			return err
		}
		if err := k.foldPieces(ctx, tx, name.Author, pieces); err != nil {
			return err
		}
		if more {
			return k.storeJob(tx, key, struct{}{})
		}
		tx.Set(key, nil)
		return nil
	})
	return more && err == nil, err
}

// pieces returns the keys of some records of an author's list, and whether there are more.
func (k *Core) pieces(ctx context.Context, author collection.UserID) (keys []string, more bool, err error) {
	n := 0
	for r, err := range k.Store.Scan(ctx, listRecord.Under(author), "", 0) {
		if err != nil || n >= maxFold {
			return keys, true, err
		}
		keys = append(keys, r.Key)
		n += len(r.Value) / len(mark{})
	}
	return keys, false, nil
}

// foldPieces puts some records of an author's list among those of single items. All of
// these are conditions, so that others may fold at the same time.
func (k *Core) foldPieces(ctx context.Context, tx *record.Tx, author collection.UserID, pieces []string) error {
	in, err := collectionsIn(ctx, tx, author, pieces)
	if err != nil {
		return err
	}
	found, err := tx.Get(ctx, slices.Sorted(maps.Keys(in))...)
	if err != nil {
		return err
	}
	for _, r := range found {
		tx.Set(r.Key, slices.Concat(r.Value, in[r.Key]))
	}
	for _, key := range pieces {
		tx.Set(key, nil)
	}
	return k.setFolded(ctx, tx, author)
}

// collectionsIn returns what some records of a list add to those of single items, by
// their keys.
func collectionsIn(ctx context.Context, tx *record.Tx, author collection.UserID, pieces []string) (map[string][]byte, error) {
	records, err := tx.Get(ctx, pieces...)
	if err != nil {
		return nil, err
	}
	prefix, in := itemRecord.Under(author), map[string][]byte{}
	for _, r := range records {
		id, err := listed(r)
		if err != nil {
			return nil, err
		}
		for m := range slices.Chunk(r.Value, len(mark{})) {
			key := prefix + mark(m).String()
			in[key] = append(in[key], id[:]...)
		}
	}
	return in, nil
}

// setFolded says that something was folded. It has been said of most: then new
// collections may come meanwhile.
func (k *Core) setFolded(ctx context.Context, tx *record.Tx, author collection.UserID) error {
	key := itemRecord.Key(author)
	if head, _, err := record.Load[indexHead](ctx, k.Store, key); err != nil || head.Folded {
		return err
	}
	head, _, err := record.Load[indexHead](ctx, tx, key)
	if err != nil {
		return err
	}
	head.Folded = true
	return tx.Encode(key, head)
}

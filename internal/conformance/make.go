package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

// A world is an album with those who may say something of it.
type world struct {
	author, authority, completer *signature.Signer
	user, other                  collection.UserID
	c                            collection.Collection
}

// newWorld makes an album that author and authority have sealed.
func newWorld(ctx context.Context, random io.Reader, algorithm string, kind label.Kind, items int) (w world, err error) {
	for _, s := range []**signature.Signer{&w.author, &w.authority, &w.completer} {
		if *s, err = newSigner(random, algorithm); err != nil {
			return w, err
		}
	}
	w.user, w.other = w.author.Public().UserID(), w.completer.Public().UserID()
	h := collection.Header{Author: w.user, Authority: w.authority.ID(), Title: "Sealed in Go", Created: time.UnixMilli(1800000000123)}
	if h.ID, err = collection.NewID(random); err != nil {
		return w, err
	}
	b := collection.Body{Kind: kind, Completers: []collection.UserID{w.other}}
	if b.Items, err = newItems(random, items); err != nil {
		return w, err
	}
	if w.c, err = collection.New(h, b); err == nil {
		w.c, err = w.c.Sign(ctx, w.author, at(1))
	}
	if err == nil {
		w.c, err = w.c.CoSign(ctx, w.authority, at(2))
	}
	return w, err
}

func newItems(random io.Reader, n int) (all []collection.Item, err error) {
	for i := range n {
		id, err := collection.NewItemID(random)
		if err != nil {
			return nil, err
		}
		all = append(all, collection.Item{ID: id, Caption: fmt.Sprint("item ", i), Preview: id[:i%16]})
	}
	return all, nil
}

func at(second int64) time.Time { return time.Unix(1800000000+second, 0) }

// keys are what a keyring holds of w.
func (w world) keys() []key {
	var all []key
	for _, k := range []struct {
		user   []byte
		signer *signature.Signer
	}{{w.user[:], w.author}, {nil, w.authority}, {w.other[:], w.completer}} {
		cose, _ := k.signer.Public().MarshalBinary()
		all = append(all, key{User: k.user, Key: cose})
	}
	return all
}

// updates are words of all three: the author, a completer, and the authority; and a completer's
// of the generation that the author's last one opens, which waits for it.
func (w world) updates(ctx context.Context) (all []collection.Update, err error) {
	ids := make([]collection.ItemID, 0, w.c.Len())
	for id := range w.c.Items() {
		ids = append(ids, id)
	}
	k := len(ids) / 3
	add := func(s *signature.Signer, second int64, u collection.Update, refused error) {
		if err == nil {
			err = refused
		}
		if err == nil {
			u, err = u.Sign(ctx, s, at(second))
			all = append(all, u)
		}
	}
	u, refused := w.c.Complete(w.other, ids[:2*k]...)
	add(w.completer, 3, u, refused)
	u, refused = w.c.Withdraw(ids[k : k+1]...)
	add(w.author, 4, u, refused)
	u, refused = w.c.CompleteAll(collection.UserID{})
	add(w.authority, 5, u, refused)
	u, refused = w.c.Complete(collection.UserID{}, ids[2*k:]...)
	add(w.authority, 6, u, refused)
	u, refused = w.c.TakeBack(w.user, ids[k:2*k]...)
	add(w.author, 7, u, refused)
	if err != nil {
		return nil, err
	}
	reopened, _, err := w.c.Apply(all[len(all)-1])
	if err != nil {
		return nil, err
	}
	u, refused = reopened.Complete(w.other, ids[k+1:]...)
	add(w.completer, 8, u, refused)
	return all, err
}

// make makes a share for another implementation.
func (q request) make(ctx context.Context) (a answer, err error) {
	var kind label.Kind
	if err := kind.UnmarshalText([]byte(q.Kind)); err != nil {
		return a, err
	}
	w, err := newWorld(ctx, rand.Reader, q.Algorithm, kind, q.Items)
	if err != nil {
		return a, err
	}
	us, err := w.updates(ctx)
	if err != nil {
		return a, err
	}
	a.Keys = w.keys()
	for into, x := range map[*hexed]interface{ MarshalBinary() ([]byte, error) }{&a.Collection: w.c, &a.Update: us[1], &a.Validation: us[2]} {
		if *into, err = x.MarshalBinary(); err != nil {
			return a, err
		}
	}
	return a, nil
}

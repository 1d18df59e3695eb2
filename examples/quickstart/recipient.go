package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// recipient is somebody with whom photos are shared, and her peer.
type recipient struct {
	stage   *stage
	name    string
	dir     string
	account account.Account
	keys    signature.Keyring // begins with the hub's public key and her own
	peer    *peer.Peer
	early   []notify.Notification // that came while it said that others were read
}

func newRecipient(s *stage, name string) (r *recipient, err error) {
	r = &recipient{stage: s, name: name}
	r.account, r.dir, err = s.account(name)
	return r, err
}

// join starts the peer with its user's account at the hub.
func (r *recipient) join(ctx context.Context) (err error) {
	r.peer, err = startPeer(ctx, r.stage, r.name, r.dir, r.account, peer.Config{Keys: &r.keys})
	return err
}

// moment is how long a recipient waits for more news when there has been some: the
// request says that it was read.
const moment = 50 * time.Millisecond

// listen waits for the next notification. The peer verifies what it tells of,
// and stores it, before it is given here.
func (r *recipient) listen(ctx context.Context) (n notify.Notification, err error) {
	news := r.early
	if len(news) == 0 {
		if news, err = r.peer.Reader.Receive(ctx); err != nil {
			return n, err
		}
	}
	if len(news) != 1 {
		return n, fmt.Errorf("%d notifications came instead of one", len(news))
	}
	short, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	if r.early, err = r.peer.Reader.Receive(short); errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return news[0], err
}

// fetchOriginals fetches the originals that may be fetched, together.
func (r *recipient) fetchOriginals(ctx context.Context, name collection.Name) (fetched, mismatches int, err error) {
	view, err := r.peer.Reader.View(ctx, name)
	if err != nil {
		return 0, 0, err
	}
	var refs []transport.Ref
	for _, item := range having(view, original) {
		refs = append(refs, transport.Ref{Collection: name, Item: item, Version: original})
	}
	err = r.peer.Reader.Fetch(ctx, refs...)
	switch {
	case err == nil:
		return len(refs), 0, nil
	case errors.Is(err, transport.ErrDigest):
		return 0, 1, err
	}
	return 0, 0, err
}

// having lists the items that have a version, by the digests that Ann has sealed,
// and that may be fetched.
func having(v *peer.View, version int) (items []collection.ItemID) {
	c := v.Collection()
	for i := range c.Len() {
		if d, ok := c.Digest(i, version); ok && !d.IsZero() && v.Check(i, version, label.Fetch) == nil {
			id, _ := c.At(i)
			items = append(items, id)
		}
	}
	return items
}

// labelled returns how many items carry a label, by the verified collection that
// the peer has stored and not by what a notification says.
func (r *recipient) labelled(ctx context.Context, name collection.Name) (int, error) {
	view, err := r.peer.Reader.View(ctx, name)
	if err != nil {
		return 0, err
	}
	return view.Collection().Labelled(), nil
}

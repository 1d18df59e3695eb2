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
	"github.com/glimpse-go/glimpse/transport/peer"
)

// recipient is somebody with whom photos are shared, and her peer.
type recipient struct {
	station
	keys  signature.Keyring // begins with the hub's public key and her own
	peer  *peer.Peer
	early []notify.Notification // that came while it said that others were read
	view  *peer.View            // of the collection as the peer has verified and stored it
}

// join starts the peer with its user's account at the hub.
func (r *recipient) join(ctx context.Context) (err error) {
	r.peer, err = r.start(ctx, peer.Config{Keys: &r.keys})
	return err
}

// moment is how long a recipient waits for more news when there has been some: the
// request says that it was read.
const moment = 50 * time.Millisecond

// listen waits for the next notification, and looks at what it tells of. The peer verifies
// and stores that before.
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
	if r.early, err = r.peer.Reader.Receive(short); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return n, err
	}
	return news[0], r.look(ctx, news[0].Name())
}

// look looks at what there is of a collection now.
func (r *recipient) look(ctx context.Context, name collection.Name) (err error) {
	r.view, err = r.peer.Reader.View(ctx, name)
	return err
}

// fetchOriginals fetches the originals that may be fetched, together.
func (r *recipient) fetchOriginals(ctx context.Context) (fetched, mismatches int, err error) {
	name := r.view.Collection().Name()
	var refs []transport.Ref
	for _, item := range having(r.view, original) {
		refs = append(refs, transport.Ref{Collection: name, Item: item, Version: original})
	}
	err = r.peer.Reader.Fetch(ctx, refs...)
	switch {
	case err == nil:
		return len(refs), 0, r.look(ctx, name)
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

package main

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// uploaded says what the home computer has made for the hub.
func (h *home) uploaded(ctx context.Context, name collection.Name) (string, error) {
	view, err := h.peer.Reader.View(ctx, name)
	if err != nil {
		return "", err
	}
	c := view.Collection()
	text := human.Count(different(c, screen), "screen version", "screen versions")
	if h.thumbnails > 0 {
		text += " and " + human.Count(h.thumbnails, "thumbnail", "thumbnails")
	}
	return text, nil
}

// unseen counts the items whose thumbnail is there now and not yet with the
// recipient.
func (r *recipient) unseen() (n int) {
	c := r.view.Collection()
	for i := range c.Len() {
		if d, ok := c.Digest(i, thumbnail); ok && !d.IsZero() && !r.view.Held(i).Has(thumbnail) {
			n++
		}
	}
	return n
}

// notificationSize is the size of a notification on the wire, in bytes.
func notificationSize(n notify.Notification) (int64, error) {
	data, err := transport.Encode(n)
	return int64(len(data)), err
}

// updateSize is how much of it is the update, in bytes.
func updateSize(n notify.Notification) (sum int) {
	for _, u := range n.Updates {
		sum += len(u)
	}
	return sum
}

package mail

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
)

// write writes a letter; without an address if its recipient is a member now, who
// reads the notification itself, or has not chosen the channel any more, or wants none; if there
// is nothing to read any more, or if it would be the first and the author has withdrawn
// everything. The error wraps transport.ErrSeal while the author's seal does not stand, and
// transport.ErrPending while the first letter waits for the cover.
func (m *Mailer) write(ctx context.Context, l letter) (notify.Letter, error) {
	n := l.Notification
	address, r, language, err := m.reach(ctx, n.Name(), l.To)
	if err != nil || address == "" || m.channel(l.To) == nil {
		return notify.Letter{}, err
	}
	if silent, err := m.silent(ctx, n.Author, l.To, address); err != nil || silent {
		return notify.Letter{}, err
	}
	c, sealed, err := m.hub.Collection(ctx, n.Name(), l.To)
	if errors.Is(err, transport.ErrNotFound) {
		return notify.Letter{}, nil
	}
	if err != nil || !sealed {
		return notify.Letter{}, cmp.Or(err, transport.ErrSeal)
	}
	if n.Reason == notify.Shared && !l.Told && c.Len() > 0 && c.Withdrawn() == c.Len() {
		return notify.Letter{}, nil
	}
	return m.fillIn(ctx, l, c, notify.Letter{
		ID: n.ID, Address: address, Reason: n.Reason, Title: n.Title, Note: n.Note,
		Items: n.Items, Labelled: n.Labelled, Withdrawn: min(c.Withdrawn(), n.Labelled),
		Time: time.Unix(l.Since, 0).UTC(), Language: language, Author: n.Author, Collection: n.Collection, R: r,
	})
}

// fillIn adds what a letter carries: addresses to click on, the collection, the cover.
func (m *Mailer) fillIn(ctx context.Context, l letter, c collection.Collection, out notify.Letter) (_ notify.Letter, err error) {
	if err := m.address(ctx, l, &out); err != nil {
		return out, err
	}
	if err := m.attach(c, &out); err != nil {
		return out, err
	}
	out.Cover, err = m.hub.Cover(ctx, l.name())
	if errors.Is(err, transport.ErrPending) && (out.Reason != notify.Shared || !m.hub.Now().Before(l.latest())) {
		err = nil
	}
	return out, err
}

// address sets who writes to whom, and the addresses that a letter's reader can click on: a
// member sees the collection itself, and others what their token opens.
func (m *Mailer) address(ctx context.Context, l letter, out *notify.Letter) (err error) {
	if out.Token, err = m.token(ctx, l.name(), l.To); err != nil {
		return err
	}
	if out.By, err = m.hub.Name(ctx, out.Author); err != nil {
		return err
	}
	switch {
	case l.To.Channel != "":
		out.Link = l.Notification.Link
	case m.hub.Gallery != "":
		out.Link = m.hub.Gallery + "/link#" + out.Token
	}
	if m.cfg.Unsubscribe != "" {
		out.Unsubscribe = m.cfg.Unsubscribe + "/" + records.HashOf(out.Token).String()
	}
	return nil
}

// attach adds the collection to a letter, if it is to be sent along and there is one to see.
func (m *Mailer) attach(c collection.Collection, out *notify.Letter) error {
	if m.cfg.Attach == 0 || c.Ended() {
		return nil
	}
	data, err := c.MarshalBinary()
	if err == nil && len(data) <= m.cfg.Attach {
		out.File = data
	}
	return err
}

package scenario

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/notify"
)

// postOffice is the channel by which the hub writes to those who are not members.
type postOffice struct{ w *World }

// Deliver implements notify.Channel.
func (m postOffice) Deliver(_ context.Context, l notify.Letter) error {
	text := fmt.Sprintf("hub writes to %s: %s %q (%s, %d labelled)", l.Address, l.Reason, l.Title, plural(l.Items, "item"), l.Labelled)
	if len(l.Cover) > 0 {
		text += ", with the thumbnail of " + m.w.cover(l.Cover)
	}
	if l.Token != "" {
		text += ", with a link"
		if m.w.tokens[l.Address] == l.Token {
			text += ", the same as before"
		}
	}
	m.w.tokens[l.Address] = l.Token
	m.w.log.add(text + ": " + l.Note)
	return nil
}

// doConfirms hands a temporary account over to its person.
func (w *World) doConfirms(c command) error {
	name, err := one(c.words, "user")
	if err != nil {
		return err
	}
	w.people[name], err = w.hub.Hub.Accounts().Confirm(w.ctx, name+"@example.org", name)
	return err
}

// doShows opens the link of the latest letter to an address.
func (w *World) doShows(c command) error {
	address, err := one(c.words, "address")
	if err != nil {
		return err
	}
	g, err := w.hub.Hub.Glimpse(w.ctx, w.tokens[address])
	if err == nil {
		w.log.add(fmt.Sprintf("the link shows %q (%s, %d labelled), a cover of %d bytes, and %s of each item",
			g.Title, plural(g.Items, "item"), g.Labelled, len(g.Cover), plural(g.Versions, "version")))
	}
	return err
}

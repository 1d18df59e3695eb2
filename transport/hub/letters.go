package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// forMail is what the mailer needs of the hub.
func (h *Hub) forMail() mail.Hub {
	return mail.Hub{
		Store: h.cfg.Store,
		Collection: func(ctx context.Context, name collection.Name) (collection.Collection, bool, error) {
			s, err := h.core.Load(ctx, name)
			return s.Collection, s.Sealed, err
		},
		Cover: h.core.Server.Cover,
		Version: func(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
			return h.core.Server.Partial(ctx, ref.Collection.Author, ref, offset)
		},
		Address: h.addresses.writesTo,
		Link:    h.cfg.Link, Now: h.cfg.Now, Random: h.cfg.Random, Log: h.cfg.Log,
	}
}

// letters returns the changes that put the letters of a notification into the
// outbox: to the addresses that are nobody's, and to temporary accounts.
func (h *Hub) letters(ctx context.Context, t engine.Notify) ([]transport.Change, error) {
	var to []mail.Recipient
	for _, a := range t.Addresses {
		to = append(to, mail.Recipient{Blinded: a})
	}
	for _, u := range t.To {
		address, err := h.accounts.writesTo(ctx, u)
		if err != nil {
			return nil, err
		}
		if address != "" {
			to = append(to, mail.Recipient{User: u})
		}
	}
	return h.mail.Letters(ctx, t.Notification, t.Availability, to)
}

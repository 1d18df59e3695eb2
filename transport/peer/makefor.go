package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// MakeFor is Make for recipients of whom mail addresses are known, of a collection that names
// the hub's authority. The hub puts in the users, or blinded addresses, for them, and the peer
// seals what comes back, if no more was added: so the hub has to be there. The addresses go to
// nobody else. Where the header has the ID that it had in a call that failed, this goes on
// with what that had begun, and the hub makes the same of it. Errors are those of Make,
// collection.ErrAddress, transport.ErrDiffers where the hub has made something else of it,
// transport.ErrUnreachable where there is no hub, and those of transport.ShareReceiver.
func (p *Author) MakeFor(ctx context.Context, h collection.Header, b collection.Body, open Open, addresses ...string) (collection.Name, error) {
	if len(addresses) == 0 {
		return p.Make(ctx, h, b, open)
	}
	for _, address := range addresses {
		if _, err := collection.NormalAddress(address); err != nil {
			return collection.Name{}, err
		}
	}
	if p.cfg.Hub == nil {
		return collection.Name{}, transport.At(transport.ErrUnreachable, "there is no hub that knows whose the addresses are")
	}
	return station.Inside(&p.drain, func() (collection.Name, error) {
		draft, err := p.begunDraft(ctx, h, b, open)
		if err != nil {
			return collection.Name{}, err
		}
		c, err := p.filledIn(ctx, draft, addresses)
		if err == nil {
			c, err = c.Sign(ctx, p.signer, p.cfg.Now())
		}
		if err == nil {
			err = p.fill(ctx, c, open)
		}
		if err == nil {
			err = record.Put(ctx, p.cfg.Store, transport.Change{Key: draftRecord.Key(c.Name())})
		}
		return c.Name(), err
	})
}

// begunDraft is the draft that was begun with, or one that is stored: what the hub has seen is
// not to be another one at the next try.
func (p *Author) begunDraft(ctx context.Context, h collection.Header, b collection.Body, open Open) (c collection.Collection, err error) {
	if h.Author = p.user; !h.ID.IsZero() {
		key := draftRecord.Key(collection.Name{Author: h.Author, ID: h.ID})
		r, err := record.Get(ctx, p.cfg.Store, key)
		if err = p.aside(err, key); err != nil {
			return c, err
		}
		if c, err = collection.Decode(r.Value); err == nil {
			return c, nil
		}
	}
	h.Created = p.cfg.Now()
	if c, err = shareclient.Draft(ctx, p.cfg.Random, h, b, open); err != nil {
		return c, err
	}
	data, err := c.MarshalBinary()
	if err == nil {
		err = record.Put(ctx, p.cfg.Store, transport.Change{Key: draftRecord.Key(c.Name()), Value: data})
	}
	return c, err
}

// filledIn is what the hub makes of a draft.
func (p *Author) filledIn(ctx context.Context, draft collection.Collection, addresses []string) (collection.Collection, error) {
	data, err := draft.MarshalBinary()
	if err != nil {
		return draft, err
	}
	answer, err := p.cfg.Hub.Share(ctx, transport.Share{Collection: data, From: transport.Peer, Offers: offersOf(draft), To: addresses})
	if err != nil {
		return draft, err
	}
	theirs := draft // where all addresses are recipients'
	if len(answer.Collection) > 0 {
		theirs, err = collection.Decode(answer.Collection)
	}
	if err != nil {
		return draft, transport.Wrap(err)
	}
	settings, _, err := record.Load[transport.Settings](ctx, p.cfg.Store, settingsRecord.Key())
	if err != nil {
		return draft, err
	}
	return shareclient.Filled(draft, theirs, addresses, settings.Contacts)
}

// offersOf is what can be uploaded of a draft: all that has a digest, and what is made of it.
func offersOf(c collection.Collection) []transport.Bits {
	offers := make([]transport.Bits, len(c.Ladder()))
	for v := range offers {
		offers[v] = transport.AllBits(c.Len())
	}
	return offers
}

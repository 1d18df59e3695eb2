package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// publishNoHub publishes without a hub: the peer makes the partial versions,
// vouches with its own user's key for the originals that it serves, and tells
// the recipients, who ask it (ReceiveFrom). With partial, no original is
// announced.
func (p *Author) publishNoHub(ctx context.Context, name collection.Name, partial bool) error {
	if p.cfg.URL == "" {
		return transport.At(transport.ErrUnreachable, "neither a hub nor an address")
	}
	s, err := p.toPublish(ctx, name, partial, p.core.Load)
	if err != nil {
		return err
	}
	if s.Collection, err = p.renderMissing(ctx, s); err != nil {
		return err
	}
	own := p.source()
	if !partial {
		own.Items = p.complete(s).Trim()
	}
	return p.notifyRecipients(ctx, name, own)
}

// carries is station.Config.Serves: the originals that the peer holds of a collection which names
// no authority. It vouches for nothing by that: who reads them checks them, and the labels are
// gone already.
func (p *base) carries(s engine.State) transport.Source {
	own := p.source()
	if own.URL != "" && s.Collection.Authority().IsZero() && !engine.MayComplete(s.Collection, p.user) {
		own.Items = p.complete(s).And(s.Complete()).Trim()
	}
	return own
}

// renderMissing makes the partial versions that nobody has made.
func (p *Author) renderMissing(ctx context.Context, s engine.State) (collection.Collection, error) {
	offers := p.offers(s)
	for v := range offers {
		offers[v] = offers[v].Without(s.HeldOf(v))
	}
	c, _, err := p.render(ctx, s.Collection, offers)
	return c, err
}

// notifyRecipients makes the peer the one that notifies the recipients, of the originals that
// it serves as well, in all collections that have them.
func (p *Author) notifyRecipients(ctx context.Context, name collection.Name, own transport.Source) error {
	_, err := p.core.Step(ctx, name, engine.Published{Source: own})
	return err
}

package peer

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Reshare shares items of a collection with others: it makes a new collection
// of the peer's user, with the header's title, and with the versions of the
// items that are held here. Publish then publishes it. The ID and Author of the
// header are filled in. The errors are the gate's, for the first item that may
// not be shared, and those of the store.
func (p *Author) Reshare(ctx context.Context, from collection.Name, items []collection.ItemID, h collection.Header, to ...collection.UserID) (collection.Name, error) {
	return station.Inside(&p.drain, func() (collection.Name, error) {
		v, err := p.view(ctx, from)
		if err != nil {
			return collection.Name{}, err
		}
		old := v.Collection()
		places, err := v.reshared(items)
		if err != nil {
			return collection.Name{}, err
		}
		b := collection.Body{Kind: old.Kind(), Ladder: old.Ladder(), Recipients: to}
		for _, i := range places {
			b.Items = append(b.Items, old.Item(i))
		}
		if _, err := io.ReadFull(p.cfg.Random, h.ID[:]); err != nil {
			return collection.Name{}, err
		}
		h.Author, h.Created = p.user, p.cfg.Now()
		c, err := collection.New(h, b)
		if err == nil {
			c, err = c.Sign(ctx, p.signer, p.cfg.Now())
		}
		if err != nil {
			return collection.Name{}, err
		}
		return c.Name(), p.adopt(ctx, v, places, c)
	})
}

// reshared returns the places of items that may all be shared again.
func (v *View) reshared(items []collection.ItemID) ([]int, error) {
	places := make([]int, len(items))
	for k, id := range items {
		i, ok := v.Collection().Index(id)
		if !ok {
			return nil, &collection.ItemError{Item: id, Err: collection.ErrNoItem}
		}
		if err := v.Check(i, len(v.Collection().Ladder())-1, label.Reshare); err != nil {
			return nil, err
		}
		places[k] = i
	}
	return places, nil
}

// adopt stores a new collection with the versions that are held of the one it
// was made from.
func (p *Author) adopt(ctx context.Context, v *View, places []int, c collection.Collection) error {
	got := make([]transport.Bits, len(c.Ladder()))
	for to, from := range places {
		for version := range got {
			if !v.Held(from).Has(version) {
				continue
			}
			if err := p.copy(ctx, v.Collection(), from, c, to, version); err != nil {
				return err
			}
			got[version] = got[version].Add(to)
		}
	}
	return p.keepMade(ctx, c, got)
}

func (p *Author) copy(ctx context.Context, from collection.Collection, i int, to collection.Collection, j, version int) error {
	b, err := p.core.Versions.Open(ctx, from, i, version)
	if err != nil {
		return err
	}
	defer b.Close()
	_, err = p.core.Versions.Receive(ctx, to, j, version, 0, io.NewSectionReader(b, 0, b.Size()))
	return err
}

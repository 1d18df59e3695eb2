package main

import (
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// lost returns how many of the albums of an episode are not at the hubs as it was
// acknowledged: the collection, that its labels are gone, and the thumbnails.
func (p *place) lost(ctx context.Context, e *episode) (n int) {
	for i, a := range e.albums {
		if err := p.intact(ctx, p.client(i), a, thumbnailSize); err != nil {
			p.progress("%s, %s: lost: %v", p.name, e.name, err)
			n++
		}
	}
	return n
}

// intact returns an error if an album is not at a hub as it was acknowledged.
func (p *place) intact(ctx context.Context, at client, a *known, size int) error {
	reader := at.as(memberOf(p.members, a.recipients[0]))
	if err := there(ctx, reader, a); err != nil {
		return err
	}
	for i := range a.collection.Len() {
		if err := fetched(ctx, reader, a.album, i, size); err != nil {
			return err
		}
	}
	return nil
}

// there returns an error if a collection is not at a hub as it was acknowledged.
func there(ctx context.Context, at transport.Library, a *known) error {
	state, err := at.Collection(ctx, a.collection.Name())
	if err != nil {
		return err
	}
	c, err := collection.Decode(state.Collection)
	switch {
	case err != nil:
		return err
	case c.Identity() != a.collection.Identity():
		return errors.Join(errWrong, errors.New("another collection"))
	case a.complete && c.Labelled() > 0:
		return errors.Join(errWrong, errors.New("labels are back"))
	}
	return nil
}

// telling waits until all have been told of what was acknowledged in some episodes, for as
// long as that may take.
func (p *place) telling(ctx context.Context, episodes []*episode) error {
	for end := time.Now().Add(maxTelling); time.Now().Before(end); time.Sleep(stillness) {
		missing := 0
		for _, e := range episodes {
			n, _ := p.told.missing(e.albums)
			missing += n
		}
		if missing == 0 || ctx.Err() != nil {
			break
		}
	}
	return ctx.Err()
}

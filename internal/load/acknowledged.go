package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// acknowledged is an album whose share was answered.
type acknowledged struct {
	*album
	answered  time.Time
	completed time.Time // when the completion was answered; zero = it was not
}

// intact returns an error if an album is not at a hub, as its reader sees it, as it was
// acknowledged: the collection, that its labels are gone, and its thumbnails of a size.
func (a *acknowledged) intact(ctx context.Context, reader transport.Library, thumbnail int) error {
	if err := a.there(ctx, reader); err != nil || thumbnail == 0 {
		return err
	}
	for i := range a.collection.Len() {
		if err := a.fetched(ctx, reader, i, thumbnail); err != nil {
			return err
		}
	}
	return nil
}

// there returns an error if a collection is not at a hub as it was acknowledged.
func (a *acknowledged) there(ctx context.Context, at transport.Library) error {
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
	case !a.completed.IsZero() && c.Labelled() > 0:
		return errors.Join(errWrong, errors.New("labels are back"))
	}
	return nil
}

// errWrong says that an answer is not what was stored.
var errWrong = errors.New("wrong answer")

// fetched fetches a thumbnail, which must be as it was shared.
func (a *album) fetched(ctx context.Context, from transport.Library, item, size int) error {
	var data bytes.Buffer
	if err := a.fetch(ctx, from, item, &data); err != nil {
		return err
	}
	if id, _ := a.collection.At(item); !bytes.Equal(data.Bytes(), thumbnailOf(id, size)) {
		return fmt.Errorf("%w: %d bytes of a thumbnail of %d", errWrong, data.Len(), size)
	}
	return nil
}

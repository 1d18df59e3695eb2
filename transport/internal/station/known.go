package station

import (
	"bytes"
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Shared returns the collection that a user's share is of: what it holds, or what is
// known here of the manifest that it names, with what the share says of it.
func (k *Server) Shared(ctx context.Context, by collection.UserID, share transport.Share) (collection.Collection, error) {
	if share.Manifest == nil {
		c, err := collection.Decode(share.Collection)
		return c, transport.Wrap(err)
	}
	if len(share.Collection) > 0 {
		return collection.Collection{}, transport.At(transport.ErrMalformed, "a collection and a manifest")
	}
	s, err := k.core.Read(ctx, by, share.Manifest.Name())
	if err != nil {
		return collection.Collection{}, err
	}
	if !s.Sealed || *transport.ManifestOf(s.Collection) != *share.Manifest {
		return collection.Collection{}, transport.At(transport.ErrNotFound, "manifest")
	}
	updates, err := collection.DecodeUpdates(share.Updates)
	if err != nil {
		return collection.Collection{}, transport.Wrap(err)
	}
	c, _, err := s.Collection.Apply(updates...)
	return c, transport.Wrap(err)
}

// beyond returns the updates of a collection, if not all of them are among those known.
func beyond(c collection.Collection, known [][]byte) ([][]byte, error) {
	all, err := collection.EncodeUpdates(c.Updates())
	if err != nil {
		return nil, err
	}
	for _, u := range all {
		if !slices.ContainsFunc(known, func(k []byte) bool { return bytes.Equal(u, k) }) {
			return all, nil
		}
	}
	return nil, nil
}

package lab

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// Where a hub and a peer keep the states of collections: the head, and the other parts.
const (
	HeadKey = "c/"
	PartKey = "s/"
)

// State reads what a hub or a peer keeps of a collection, whose seals are not looked at.
// The error wraps transport.ErrNotFound if it is not known there.
func State(ctx context.Context, from transport.Records, name collection.Name) (engine.State, error) {
	head, err := from.Get(ctx, HeadKey+name.String())
	if err == nil && head[0].Version == 0 {
		err = transport.At(transport.ErrNotFound, head[0].Key)
	}
	if err != nil {
		return engine.State{}, err
	}
	parts := engine.Parts{"": head[0].Value}
	prefix := PartKey + name.String() + "/"
	for r, err := range from.Scan(ctx, prefix, "", 0) {
		if err != nil {
			return engine.State{}, err
		}
		parts[r.Key[len(prefix):]] = r.Value
	}
	return engine.StateOf(parts)
}

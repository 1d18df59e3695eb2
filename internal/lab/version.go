package lab

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/transport"
)

// Version reads the bytes of a version from a hub's or a peer's store, by its key:
// "v/AUTHOR/DIGEST". The error wraps transport.ErrNotFound if it is not there.
func Version(ctx context.Context, from transport.Store, key string) ([]byte, error) {
	found, err := from.Get(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case found[0].Version == 0:
		return nil, transport.At(transport.ErrNotFound, key)
	case found[0].Value[0] == 0: // a small one
		return found[0].Value[1:], nil
	}
	b, err := from.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
}

// PutVersion puts bytes in the place of a version, whatever its digest.
func PutVersion(ctx context.Context, in transport.Store, key string, data []byte) error {
	found, err := in.Get(ctx, key)
	if err != nil {
		return err
	}
	if found[0].Value[0] == 0 {
		_, err := in.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: key, Value: append([]byte{0}, data...)}}})
		return err
	}
	w, err := in.Create(ctx, key)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Commit(ctx)
}

// LoseVersion removes a version from a store.
func LoseVersion(ctx context.Context, in transport.Store, key string) error {
	if _, err := in.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: key}}}); err != nil {
		return err
	}
	return in.Delete(ctx, key)
}

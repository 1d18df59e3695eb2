package device

import (
	"context"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// maxPieces is of how many records a collection is at most, since a batch holds no more of them.
const maxPieces = transport.MaxBatch / transport.MaxValue

// store stores a collection, together with other changes: in one record, and in others behind it
// where that is full. The last one is not.
func (d *Device) store(ctx context.Context, c collection.Collection, others ...transport.Change) error {
	data, err := c.MarshalBinary()
	if err != nil {
		return err
	}
	return record.Put(ctx, d.cfg.Store, append(others, pieces(c.Name(), data)...)...)
}

// pieces returns the changes that store the encoding of a collection.
func pieces(name collection.Name, data []byte) []transport.Change {
	var changes []transport.Change
	for full := true; full; {
		piece := data[:min(len(data), transport.MaxValue)]
		data, full = data[len(piece):], len(piece) == transport.MaxValue
		changes = append(changes, transport.Change{Key: pieceKey(name, len(changes)), Value: piece})
	}
	return changes
}

// stored returns the encoding of a collection that is stored.
func (d *Device) stored(ctx context.Context, name collection.Name) ([]byte, error) {
	first, err := record.Need(ctx, d.cfg.Store, pieceKey(name, 0))
	if err != nil || len(first.Value) < transport.MaxValue {
		return first.Value, err
	}
	keys := make([]string, maxPieces)
	for n := range keys {
		keys[n] = pieceKey(name, n)
	}
	pieces, err := d.cfg.Store.Get(ctx, keys...) // again all of them, as they are at one moment
	if err != nil {
		return nil, err
	}
	var data []byte
	for _, piece := range pieces {
		if data = append(data, piece.Value...); len(piece.Value) < transport.MaxValue {
			break
		}
	}
	return data, nil
}

// Forget removes a collection from the device's store: it is not shared any more, and what was
// shared stays. One that is not there is no error.
func (d *Device) Forget(ctx context.Context, name collection.Name) error {
	changes := []transport.Change{{Key: collectionRecord.Key(name)}, {Key: addressesRecord.Key(name)}, {Key: untoldRecord.Key(name)}}
	pieces, err := record.Keys(ctx, d.cfg.Store, pieceRecord.Under(name), maxPieces)
	for _, key := range pieces {
		changes = append(changes, transport.Change{Key: key})
	}
	if err != nil {
		return err
	}
	return record.Put(ctx, d.cfg.Store, changes...)
}

// pieceKey returns the key of one of the records that a collection is stored in.
func pieceKey(name collection.Name, n int) string {
	if n == 0 {
		return collectionRecord.Key(name)
	}
	return pieceRecord.Under(name) + strconv.Itoa(n)
}

package station

import (
	"context"
	"errors"
	"path"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// mendSuccessor asks the collection that is said to replace another.
func (k *Core) mendSuccessor(ctx context.Context, key string) (how string, err error) {
	name, err := record.Name(path.Dir(key))
	by := collection.Name{Author: name.Author}
	if err != nil || by.ID.UnmarshalText([]byte(path.Base(key))) != nil {
		return "", transport.At(transport.ErrStorage, key)
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		how = Removed
		s, there, err := k.asStored(ctx, tx, by)
		if err != nil {
			return errors.Join(ErrLost, err)
		}
		tx.Set(key, nil)
		for id := range s.Collection.Replaces() {
			if there && id == name.ID {
				how = MadeAnew
				tx.Set(key, []byte{})
			}
		}
		return nil
	})
	return how, err
}

// mendLineage has an author's albums found anew.
func (k *Core) mendLineage(ctx context.Context, key string) (string, error) {
	return MadeAnew, record.Put(ctx, k.Store, transport.Change{Key: key, Value: []byte{}})
}

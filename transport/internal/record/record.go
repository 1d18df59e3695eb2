// Package record has what stations need for the records in their stores: keys, and
// the values that may be there.
package record

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Kind is the first part of the keys of all records of a kind. Each role declares
// its kinds in one file, records.go, and so does the core that the roles share: no
// two that may be in one store are the same.
type Kind string

// Key returns the key of a record, by what it is of.
func (k Kind) Key(of ...fmt.Stringer) string {
	key := string(k)
	for _, part := range of {
		key += "/" + part.String()
	}
	return key
}

// Under returns how the keys of all records begin that are of more than that.
func (k Kind) Under(of ...fmt.Stringer) string { return k.Key(of...) + "/" }

// Name returns the collection whose name is the end of a key. The error wraps
// transport.ErrStorage.
func Name(key string) (name collection.Name, err error) {
	parts := strings.Split(key, "/")
	at := len(parts) - 2
	if at < 1 || name.Author.UnmarshalText([]byte(parts[at])) != nil || name.ID.UnmarshalText([]byte(parts[at+1])) != nil {
		err = transport.At(transport.ErrStorage, key)
	}
	return name, err
}

// Names lists the collections that the records are of whose keys begin with a prefix.
func Names(ctx context.Context, from transport.Records, prefix string) ([]collection.Name, error) {
	var names []collection.Name
	for r, err := range from.Scan(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		name, err := Name(r.Key)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// Set stores the value of a record, together with other changes.
func Set(ctx context.Context, in transport.Records, key string, value any, others ...transport.Change) error {
	data, err := transport.Encode(value)
	if err != nil {
		return err
	}
	return in.Apply(ctx, append(others, transport.Change{Key: key, Value: data})...)
}

// Load returns the value of a record, and its bytes, for a change to name; zero and
// none if it is not there.
func Load[T any](ctx context.Context, from transport.Records, key string) (value T, data []byte, err error) {
	data, err = from.Get(ctx, key)
	if errors.Is(err, transport.ErrNotFound) {
		return value, nil, nil
	}
	if err == nil {
		value, err = transport.Decode[T](data)
	}
	return value, data, err
}

// Package record has what stations need for the records in their stores: keys,
// the values that may be there, and transactions.
package record

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

// Names lists the collections that the records are of whose keys begin with a prefix, also
// of those that are damaged. After an error it returns those that come before.
func Names(ctx context.Context, from transport.Records, prefix string) ([]collection.Name, error) {
	var names []collection.Name
	for r, err := range Walk(ctx, from, prefix, "", 0) {
		if r.Key == "" {
			return names, err
		}
		name, err := Name(r.Key)
		if err != nil {
			return names, err
		}
		names = append(names, name)
	}
	return names, nil
}

// Walk is Scan that goes on behind records that are damaged: of such a one it yields the
// key, with the error, and does not count it. Errors of the store come without a key.
func Walk(ctx context.Context, in transport.Records, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for n, more := 0, true; more && (limit == 0 || n < limit); {
			more = false
			for r, err := range in.Scan(ctx, prefix, after, max(limit-n, 0)) {
				if at, ok := errors.AsType[*transport.PlaceError](err); ok && strings.HasPrefix(at.Place, prefix) && at.Place > after && Damaged(err, at.Place) {
					r, more = transport.Record{Key: at.Place}, true
				}
				if !yield(r, err) {
					return
				}
				if after = r.Key; err == nil {
					n++
				}
			}
		}
	}
}

// Damaged reports whether an error says that the record with a key cannot be read: the
// store has found it damaged, or its value is none of its kind. Other records can be.
func Damaged(err error, key string) bool {
	at, ok := errors.AsType[*transport.PlaceError](err)
	return ok && at.Place == key && errors.Is(err, transport.ErrStorage)
}

// Getter is what records are read from: a store, or a transaction.
type Getter interface {
	Get(ctx context.Context, keys ...string) ([]transport.Record, error)
}

// Get returns one record. If it is not there, it has version 0.
func Get(ctx context.Context, from Getter, key string) (transport.Record, error) {
	found, err := from.Get(ctx, key)
	if err != nil {
		return transport.Record{}, err
	}
	return found[0], nil
}

// Need is Get of a record that has to be there: else the error wraps
// transport.ErrNotFound.
func Need(ctx context.Context, from Getter, key string) (transport.Record, error) {
	r, err := Get(ctx, from, key)
	if err == nil && r.Version == 0 {
		err = transport.At(transport.ErrNotFound, key)
	}
	return r, err
}

// Load returns the value of a record, and the record, for a batch to name; both are
// zero if it is not there. It is Damaged if the value is none.
func Load[T any](ctx context.Context, from Getter, key string) (value T, r transport.Record, err error) {
	r, err = Get(ctx, from, key)
	if err == nil && r.Version > 0 {
		value, err = Value[T](r)
	}
	return value, r, err
}

// Value returns the value of a record that is there, which is Damaged if it is none.
func Value[T any](r transport.Record) (T, error) {
	value, err := transport.Decode[T](r.Value)
	if err != nil {
		err = transport.At(fmt.Errorf("%w: damaged: %v", transport.ErrStorage, err), r.Key)
	}
	return value, err
}

// Set stores the value of a record, together with other changes.
func Set(ctx context.Context, in transport.Records, key string, value any, others ...transport.Change) error {
	data, err := transport.Encode(value)
	if err != nil {
		return err
	}
	return Put(ctx, in, append(others, transport.Change{Key: key, Value: data})...)
}

// Put makes changes, whatever is there.
func Put(ctx context.Context, in transport.Records, changes ...transport.Change) error {
	_, err := in.Apply(ctx, transport.Batch{Changes: changes})
	return err
}

// Replace sets a record, or removes it if value is nil, together with other changes, if
// it is still as it was. Else the error wraps transport.ErrConflict.
func Replace(ctx context.Context, in transport.Records, was transport.Record, value []byte, others ...transport.Change) error {
	_, err := in.Apply(ctx, transport.Batch{
		Conditions: []transport.Condition{{Key: was.Key, Version: was.Version}},
		Changes:    append(others, transport.Change{Key: was.Key, Value: value}),
	})
	return err
}

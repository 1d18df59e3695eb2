// Package pages walks what a database keeps in the order of keys, a page after the other,
// as transport.Records and transport.Blobs demand: while the caller has the turn, nothing
// is held.
package pages

import (
	"cmp"
	"context"
	"iter"
)

// A page has at most so many rows, and so many bytes are enough for one.
const (
	Rows  = 256
	Bytes = 1 << 20
)

// Page reads a page: at most so many rows, from a key on and before another one, in
// ascending order. More says that there may be further ones. Rows before an error count.
type Page[V any] func(from, to string, rows int) (found []V, more bool, err error)

// Walk lists what has keys that begin with prefix and come after a key, at most limit of
// it; 0 = all. It is as Scan and List are.
func Walk[V any](
	ctx context.Context, prefix, after string, limit int, page Page[V], key func(V) string,
) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		from, to := prefix, prefix+"~" // "~" is behind all that a key is made of
		if after >= prefix {
			from = after + "\x00"
		}
		for n, more := 0, true; more && (limit == 0 || n < limit); {
			rows := Rows
			if limit > 0 {
				rows = min(rows, limit-n)
			}
			var found []V
			err := ctx.Err()
			if err == nil {
				found, more, err = page(from, to, rows)
			}
			for _, v := range found {
				if ctx.Err() != nil {
					break
				}
				if !yield(v, nil) {
					return
				}
				from = key(v) + "\x00"
			}
			if err = cmp.Or(ctx.Err(), err); err != nil {
				var none V
				yield(none, err)
				return
			}
			n += len(found)
		}
	}
}

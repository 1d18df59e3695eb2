package ordered

import (
	"cmp"
	"context"
	"iter"
)

// Walk lists what look finds under keys, at most limit of it; 0 = all. Look returns false
// of a key that is gone since the walk came to it. The walk ends after the first error,
// and with that of the context, also where there are no keys.
func Walk[V any](
	ctx context.Context, keys iter.Seq[string], limit int, look func(key string) (V, bool, error),
) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		var none V
		if err := ctx.Err(); err != nil {
			yield(none, err)
			return
		}
		n := 0
		for key := range keys {
			v, ok, err := look(key)
			if err = cmp.Or(ctx.Err(), err); err != nil {
				yield(none, err)
				return
			}
			if !ok {
				continue
			}
			if n++; !yield(v, nil) || n == limit {
				return
			}
		}
	}
}

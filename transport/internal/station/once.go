package station

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// Once has bring bring a version here, unless it is here. Of several who want the
// same bytes, of one item or of items with equal bytes, one brings them and the
// others wait: if it succeeds they have them, if it fails the next one takes its
// turn, as if nothing comes of it for a while. A version that has no digest is not
// the same as any other. Errors are those of bring, of ctx and of the store.
func (k *Versions) Once(ctx context.Context, c collection.Collection, item, version int, bring func() error) error {
	d, err := Digest(c, item, version)
	if err != nil {
		return bring()
	}
	return k.once(ctx, &k.coming, versionRecord.Key(c.Author(), d), bring)
}

// Claim reports whether nobody brings a version here. Then it is the caller's to bring, until
// it calls end: others who want the same bytes wait as they do for one that Once brings.
func (k *Versions) Claim(c collection.Collection, item, version int) (end func(), mine bool) {
	d, err := Digest(c, item, version)
	if err != nil {
		return nil, false
	}
	key := versionRecord.Key(c.Author(), d)
	turn, mine := k.coming.Take(key, k.progress(key))
	return turn.End, mine
}

// progress returns what grows while a version comes.
func (k *Versions) progress(key string) func() int64 {
	return func() int64 {
		size, _ := k.uploads.size(key)
		return size + k.uploads.begun(key)
	}
}

func (k *Versions) once(ctx context.Context, among *turns.Turns[string], key string, bring func() error) error {
	return among.Do(ctx, key, k.progress(key), k.Pause, func() error {
		if _, here, err := k.whole(ctx, key); here || err != nil {
			return err
		}
		return bring()
	})
}

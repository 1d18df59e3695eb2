package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/signature"
)

// large measures a share of a large collection, in process, against decoding it,
// verifying it and writing its bytes once. The first share is not counted.
func (b *bench) large(ctx context.Context) (_ measure.Results, err error) {
	s, err := b.site(ctx, readers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	albums, err := s.albums(ctx, b.rounds+1, authors, b.items, thumbnailSize)
	if err != nil {
		return nil, err
	}
	var shares, limits []float64
	for _, a := range albums {
		limit, err := b.decodeVerifyWrite(ctx, a)
		if err != nil {
			return nil, err
		}
		share, err := took(func() error {
			_, err := a.shareWith(ctx, s.hub.As(a.author.user), nil, 0)
			return err
		})
		if err != nil {
			return nil, err
		}
		b.progress("share %.1f ms, decode + verify + write %.1f ms", 1e3*share, 1e3*limit)
		shares, limits = append(shares, share), append(limits, limit)
	}
	share, limit := median(shares[1:]), median(limits[1:])
	return measure.Results{
		measure.AtMost(fmt.Sprintf("share of %d items, against decoding + verifying + writing it", b.items), share/limit, 4),
		measure.Shown(fmt.Sprintf("share of %d items, ms", b.items), 1e3*share, measure.Lower),
	}, nil
}

// took is how many seconds something takes.
func took(do func() error) (float64, error) {
	tidy()
	start := time.Now()
	err := do()
	return time.Since(start).Seconds(), err
}

// decodeVerifyWrite does what no share can do without.
func (b *bench) decodeVerifyWrite(ctx context.Context, a *album) (float64, error) {
	keys := new(signature.Keyring)
	if err := keys.Pin(a.author.user, a.author.signer.Public()); err != nil {
		return 0, err
	}
	dir, err := b.folder()
	if err != nil {
		return 0, err
	}
	f, err := os.Create(filepath.Join(dir, "once"))
	if err != nil {
		return 0, err
	}
	seconds, err := took(func() error {
		c, err := collection.Decode(a.data)
		if err != nil {
			return err
		}
		if _, err := collection.Verify(ctx, keys, c); err != nil {
			return err
		}
		_, err = f.Write(a.data)
		return errors.Join(err, f.Sync())
	})
	return seconds, errors.Join(err, f.Close())
}

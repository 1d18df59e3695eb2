package media

import (
	"context"
	"errors"
	"fmt"
)

// maxSide and maxPixels bound the time for pictures, which does not show in the
// memory of engines that work row by row: a few kilobytes may be millions of rows.
// Cameras make pictures of up to 200 megapixels.
const (
	maxSide   = 1 << 17
	maxPixels = 1 << 28
)

// fromPicture has the first engine that can make the versions.
func (m *Maker) fromPicture(ctx context.Context, h *header, job Job) (pictures []Picture, err error) {
	if thumb, ok := h.embedded(job); ok && m.TrustEmbedded {
		if pictures, err = m.with(ctx, Pure{}, thumb); err == nil {
			for i := range pictures {
				pictures[i].Embedded = true
			}
			return pictures, nil
		}
	}
	if max(h.w, h.h) > maxSide || int64(h.w)*int64(h.h) > maxPixels {
		return nil, because(ErrTooLarge, fmt.Errorf("%d × %d pixels are too much work", h.Width, h.Height))
	}
	for _, e := range m.Engines {
		pictures, failed := m.with(ctx, e, job)
		if failed == nil || ctx.Err() != nil {
			return pictures, failed
		}
		err = tellingMore(err, failed)
	}
	pictures, failed := m.with(ctx, Pure{}, job)
	if failed == nil {
		return pictures, nil
	}
	return nil, tellingMore(err, failed)
}

// tellingMore returns the error that says more of the picture: not being able to
// read a format says nothing of it.
func tellingMore(a, b error) error {
	if a == nil || errors.Is(a, ErrFormat) || errors.Is(a, ErrNoEngine) && !errors.Is(b, ErrFormat) {
		return b
	}
	return a
}

// with waits for memory and has one engine make the versions. An engine that
// panics on hostile input is treated as one that returns an error.
func (m *Maker) with(ctx context.Context, e Engine, job Job) (pictures []Picture, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = because(ErrCorrupt, fmt.Errorf("%v failed: %v", e, p))
		}
	}()
	cost, err := e.Cost(job)
	if err != nil {
		return nil, err
	}
	b := m.memory()
	if cost > b.size {
		return nil, because(ErrTooLarge, fmt.Errorf("%d × %d pixels need %d bytes of %d", job.Info.Width, job.Info.Height, cost, b.size))
	}
	if err := b.acquire(ctx, cost); err != nil {
		return nil, because(nil, err)
	}
	defer b.release(cost)
	return e.Make(ctx, job)
}

func (m *Maker) memory() *budget {
	m.once.Do(func() {
		size := m.Budget
		if size <= 0 {
			size = defaultBudget
		}
		m.budget = newBudget(size)
	})
	return m.budget
}

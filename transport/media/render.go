package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
)

// produce waits for memory, decodes and scales.
func (m *Maker) produce(src *source, h *header, boxes []Box) ([]Picture, error) {
	cost := h.cost
	sizes := make([]image.Point, len(boxes))
	for i, b := range boxes {
		sizes[i] = turned(b.fit(turned(image.Pt(h.w, h.h), h.Orientation)), h.Orientation)
		cost = min(cost+scaleCost(sizes[i]), 1<<62)
	}
	b := m.memory()
	if cost > b.size {
		return nil, because(ErrTooLarge, fmt.Errorf("%d × %d pixels need %d bytes of %d", h.Width, h.Height, cost, b.size))
	}
	if err := b.acquire(src.ctx, cost); err != nil {
		return nil, because(nil, err)
	}
	defer b.release(cost)
	picture, err := h.pixels(src)
	if err != nil {
		return nil, err
	}
	return m.versions(picture, h, sizes)
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

// pixels decodes. A decoder that panics on hostile input is treated as one that
// returns an error.
func (h *header) pixels(src *source) (picture image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = because(ErrCorrupt, fmt.Errorf("decoder failed: %v", p))
		}
	}()
	picture, err = h.decode(src.from(0))
	if err != nil {
		kind := ErrCorrupt
		if errors.As(err, new(jpeg.UnsupportedError)) || errors.As(err, new(png.UnsupportedError)) {
			kind = ErrFormat
		}
		return nil, because(kind, err)
	}
	return onCanvas(picture, image.Pt(h.w, h.h)), nil
}

// versions scales to each size, the largest first, and each smaller one from
// the one before: they look better so, and cost less.
func (m *Maker) versions(picture image.Image, h *header, sizes []image.Point) ([]Picture, error) {
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return sizes[j].X + sizes[j].Y - sizes[i].X - sizes[i].Y })
	made := make([]Picture, len(sizes))
	for _, i := range order {
		small := scaled(picture, sizes[i])
		picture = small
		p, err := m.encode(upright(small, h.Orientation))
		if err != nil {
			return nil, err
		}
		p.Embedded = h.embedded
		made[i] = p
	}
	return made, nil
}

// encode writes a JPEG without any metadata.
func (m *Maker) encode(picture image.Image) (Picture, error) {
	quality := m.Quality
	if quality <= 0 {
		quality = defaultQuality
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality})
	size := picture.Bounds().Size()
	if err != nil {
		err = because(ErrTooLarge, err) // the only error there is: a side of 65,536 or more
	}
	return Picture{JPEG: b.Bytes(), Width: size.X, Height: size.Y}, err
}

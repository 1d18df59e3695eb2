package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// subject is a photo that vipsthumbnail has made thumbnails of.
type subject struct {
	photo
	theirs     [len(boxes)]shown
	references map[image.Point]luma
}

// shown is a thumbnail as one sees it.
type shown struct {
	bytes int
	luma
}

func show(thumbnail []byte) (shown, error) {
	m, err := jpeg.Decode(bytes.NewReader(thumbnail))
	if err != nil {
		return shown{}, err
	}
	return shown{len(thumbnail), asLuma(m)}, nil
}

// like is how much a thumbnail is like the reference of its size.
func (s *subject) like(t shown) float64 {
	return ssim(t.luma, s.references[image.Pt(t.w, t.h)])
}

// quality compares the thumbnails of each engine and those of vipsthumbnail, at
// equal bytes, with Lanczos' of the same size.
func (b *bench) quality(ctx context.Context) (results measure.Results, err error) {
	subjects, err := b.subjects(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range b.engines {
		some, err := b.qualityOf(ctx, e, subjects)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		results = append(results, some...)
	}
	return results, nil
}

// subjects has vipsthumbnail make thumbnails of all photos.
func (b *bench) subjects(ctx context.Context) (list []*subject, err error) {
	var links []string
	for _, p := range b.photos {
		links = append(links, p.link)
		list = append(list, &subject{photo: p, references: map[image.Point]luma{}})
	}
	for i, box := range boxes {
		dir, err := b.folder(fmt.Sprint("theirs", i))
		if err != nil {
			return nil, err
		}
		if _, err := b.thumbnails(ctx, dir, box, links); err != nil {
			return nil, err
		}
		list = b.loadTheirs(list, i, dir)
	}
	return list, nil
}

// loadTheirs keeps the subjects that there is a thumbnail of.
func (b *bench) loadTheirs(list []*subject, i int, dir string) (kept []*subject) {
	for _, s := range list {
		data, err := os.ReadFile(thumbnailOf(dir, s.link))
		if err == nil {
			s.theirs[i], err = show(data)
		}
		switch t := s.theirs[i]; {
		case err != nil:
			b.note("quality: %s is left out: %v", s.name, errNotTheirs)
		case min(t.w, t.h) < windowSize:
			b.note("quality: %s is left out: its thumbnail of %d × %d is too small for SSIM", s.name, t.w, t.h)
		default:
			kept = append(kept, s)
		}
	}
	return kept
}

// sizes returns those of vipsthumbnail's thumbnails.
func (s *subject) sizes() (list []image.Point) {
	for _, t := range s.theirs {
		list = append(list, image.Pt(t.w, t.h))
	}
	return list
}

// addReferences makes those that are missing.
func (b *bench) addReferences(ctx context.Context, s *subject, sizes []image.Point) error {
	missing := slices.DeleteFunc(sizes, func(size image.Point) bool { _, ok := s.references[size]; return ok })
	if len(missing) == 0 {
		return nil
	}
	whole, err := b.full(ctx, s.link, filepath.Join(b.dir, "whole.png"))
	if err != nil {
		return err
	}
	for _, size := range missing {
		s.references[size] = reference(whole, size)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/media"
)

// rounds is how often every time is taken; the median counts.
const rounds = 5

// time compares the processor time of a process that makes thumbnails of all
// photos on one core with that of vipsthumbnail.
func (b *bench) time(ctx context.Context) (results measure.Results, err error) {
	files, err := b.racing(ctx)
	if err != nil {
		return nil, err
	}
	for _, box := range boxes {
		ratios, took, err := b.race(ctx, box, files)
		if err != nil {
			return nil, err
		}
		for _, e := range b.engines {
			b.note("time: %s: %.0f ms a photo, %s", boxName(box), took[e.name].Seconds()*1000, e.name)
			what := fmt.Sprintf("time: times vipsthumbnail's, %s, %s", boxName(box), e.name)
			results = append(results, measure.AtMost(what, median(ratios[e.name]), e.slower))
		}
	}
	return results, nil
}

// race returns the ratios of each engine, and the time that it took for a photo
// in the last round.
func (b *bench) race(ctx context.Context, box media.Box, files []string) (ratios map[string][]float64, took map[string]time.Duration, err error) {
	dir, err := b.folder("race" + boxName(box))
	if err != nil {
		return nil, nil, err
	}
	ratios, took = map[string][]float64{}, map[string]time.Duration{}
	for range rounds {
		theirs, err := b.thumbnails(ctx, dir, box, files)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range b.engines {
			ours, err := b.asChild(ctx, e, dir, box, files)
			if err != nil {
				return nil, nil, err
			}
			took[e.name] = ours / time.Duration(len(files))
			ratios[e.name] = append(ratios[e.name], ours.Seconds()/theirs.Seconds())
		}
	}
	return ratios, took, nil
}

// racers is how many photos race at most.
const racers = 60

var errNotTheirs = errors.New("vipsthumbnail cannot make it")

// racing returns the photos that everybody can make a thumbnail of.
func (b *bench) racing(ctx context.Context) (files []string, err error) {
	dir, err := b.folder("racing")
	if err != nil {
		return nil, err
	}
	box := boxes[len(boxes)-1]
	for _, p := range spread(b.photos, racers) {
		if _, err := b.thumbnails(ctx, dir, box, []string{p.link}); err != nil {
			return nil, err
		}
		var failed error
		if _, missing := os.Stat(thumbnailOf(dir, p.link)); missing != nil {
			failed = errNotTheirs
		}
		for _, e := range b.engines {
			if failed == nil {
				_, failed = e.maker(0).file(ctx, p.link, box)
			}
		}
		if failed != nil {
			b.note("time: %s is left out: %v", p.name, failed)
			continue
		}
		files = append(files, p.link)
	}
	if len(files) == 0 {
		err = errors.New("there is no photo that all engines can make")
	}
	return files, err
}

// asChild makes the thumbnails in a process of its own.
func (b *bench) asChild(ctx context.Context, e engine, dir string, box media.Box, files []string) (time.Duration, error) {
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	command := append([]string{program, childCommand, childThumbnails, e.name, boxName(box), dir}, files...)
	return b.onOneCore(ctx, command, "GOMAXPROCS=1", "VIPS_CONCURRENCY=1")
}

func boxName(box media.Box) string { return fmt.Sprintf("%dx%d", box.W, box.H) }

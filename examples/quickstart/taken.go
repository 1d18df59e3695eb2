package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/glimpse-go/glimpse/examples/internal/human"
)

// takePhotos is chapter 1: what the camera does before there is any network.
func (c *cast) takePhotos(ctx context.Context, card *search) (photos []photo, err error) {
	err = c.begin(1, "Ann's camera takes photos where no network could carry them.", engineLine())
	if err != nil {
		return nil, err
	}
	if c.camera, err = newCamera(c.stage); err != nil {
		return nil, err
	}
	if card == nil {
		if card, err = c.samples(ctx, filepath.Join(c.camera.dir, "photos")); err != nil {
			return nil, err
		}
	}
	var all taken
	err = c.step("camera", "make thumbnails", func() (notes, error) {
		if all, err = c.camera.takePhotos(ctx, card.files); err != nil {
			return nil, err
		}
		all.bad = append(all.bad, card.bad...)
		c.tell(all, card.hidden)
		return notes{"make thumbnails": c.amount(all.photos)}, nil
	})
	if err == nil && len(all.photos) == 0 {
		err = usageError{fmt.Errorf("nothing can be read among %s, such as %s (%s)", human.Count(len(all.bad), "file", "files"), clean(all.bad[0].name), all.bad[0].why)}
	}
	return all.photos, err
}

func (c *cast) samples(ctx context.Context, dir string) (card *search, err error) {
	err = c.step("camera", "take photos", func() (notes, error) {
		return notes{"take photos": fmt.Sprintf("%d made for this show", samples)}, makeSamples(ctx, c.timeline, dir, sampleWidth, sampleHeight)
	})
	if err == nil {
		card, err = findFiles(dir)
	}
	return card, err
}

// tell names what is left out, and what is shared without a thumbnail.
func (c *cast) tell(all taken, hidden int) {
	c.skip(all.bad)
	for _, g := range all.generic {
		c.result.Generic = append(c.result.Generic, remarkOn(g))
	}
	c.timeline.text(list("generic picture", all.generic)...)
	c.result.Hidden = hidden
	if hidden > 0 {
		c.timeline.text(fmt.Sprintf("%11sleft out: %s, such as .DS_Store and Thumbs.db", "", human.Count(hidden, "hidden or system file", "hidden or system files")))
	}
}

// skip puts down what is not shared, and names it.
func (c *cast) skip(bad []skipped) {
	slices.SortFunc(bad, func(a, b skipped) int { return cmp.Compare(a.name, b.name) })
	for _, b := range bad {
		c.result.Skipped = append(c.result.Skipped, remarkOn(b))
	}
	c.timeline.text(list("skipped", bad)...)
}

// amount says how much there is to share.
func (c *cast) amount(photos []photo) string {
	c.result.Items = len(photos)
	var sum int64
	for _, p := range photos {
		sum += p.size
	}
	return fmt.Sprintf("of %s, %s in all", human.Count(len(photos), "file", "files"), human.Size(sum))
}

// watchFor shows the witness what must not pass the hub, and what may. Files that
// are gone by now are left out.
func (c *cast) watchFor(ctx context.Context, photos []photo) (there []photo) {
	var lost []skipped
	for _, p := range photos {
		var e *photoError
		if err := c.witness.learnPhoto(ctx, p); errors.As(err, &e) {
			lost = append(lost, skipped{p.name, e.why()})
			continue
		}
		there = append(there, p)
	}
	for _, p := range there {
		if thumb, err := os.ReadFile(p.thumbnailPath); err == nil {
			c.witness.allow(thumb)
		}
	}
	c.skip(lost)
	return there
}

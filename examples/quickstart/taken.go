package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// takePhotos is chapter 1: what the camera does before there is any network.
func (c *cast) takePhotos(ctx context.Context, card *find.Found) (photos []photo, err error) {
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
	var bad []remark
	err = c.step("camera", "make thumbnails", func() (notes, error) {
		if photos, bad, err = c.camera.takePhotos(ctx, card.Files); err != nil {
			return nil, err
		}
		bad = append(bad, card.Bad...)
		c.tell(photos, bad, card.Hidden)
		return notes{"make thumbnails": c.amount(photos)}, nil
	})
	if err == nil && len(photos) == 0 {
		err = program.Usage("nothing can be read among %s, such as %s (%s)", human.Count(len(bad), "file", "files"), clean(bad[0].File), bad[0].Reason)
	}
	return photos, err
}

func (c *cast) samples(ctx context.Context, dir string) (card *find.Found, err error) {
	err = c.step("camera", "take photos", func() (notes, error) {
		return notes{"take photos": fmt.Sprintf("%d made for this show", samples)}, makeSamples(ctx, c.timeline, dir, sampleWidth, sampleHeight)
	})
	if err == nil {
		card, err = findFiles(dir)
	}
	return card, err
}

// tell names what is left out, and what is shared without a thumbnail.
func (c *cast) tell(photos []photo, bad []remark, hidden int) {
	c.skip(bad)
	var generic []remark
	for _, p := range photos {
		c.camera.photos[p.ID] = p
		if why := c.camera.unshown[p.ID]; why != nil {
			generic = append(generic, remark{File: p.Caption, Reason: program.OneLine(reason(why))})
		}
	}
	c.result.Generic = append(c.result.Generic, generic...)
	c.timeline.text(list("generic picture", generic)...)
	c.result.Hidden = hidden
	if hidden > 0 {
		c.timeline.text(fmt.Sprintf("%11sleft out: %s, such as .DS_Store and Thumbs.db", "", human.Count(hidden, "hidden or system file", "hidden or system files")))
	}
}

// skip puts down what is not shared, in words that are safe to print, and names it.
func (c *cast) skip(bad []remark) {
	slices.SortFunc(bad, func(a, b remark) int { return cmp.Compare(a.File, b.File) })
	for _, b := range bad {
		c.result.Skipped = append(c.result.Skipped, remark{File: clean(b.File), Reason: program.OneLine(b.Reason)})
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

// watchFor shows the witness what must not pass the hub, and what may. Files that are gone
// by now, or have changed, are left out; the error is that of the last one.
func (c *cast) watchFor(ctx context.Context, photos []photo) (there []photo, gone error) {
	var lost []remark
	for _, p := range photos {
		if err := c.learn(ctx, p); err != nil {
			lost, gone = append(lost, remark{File: p.Caption, Reason: reason(err)}), err
			continue
		}
		there = append(there, p)
	}
	for _, p := range there {
		if thumb, err := contents(c.camera.card.Open(ctx, p.ID, thumbnail)); err == nil {
			c.witness.Allow(thumb)
		}
	}
	c.skip(lost)
	return there, gone
}

// learn shows the witness a photo on the camera's card.
func (c *cast) learn(ctx context.Context, p photo) error {
	blob, err := c.camera.card.Open(ctx, p.ID, original)
	if err != nil {
		return err
	}
	defer blob.Close()
	return c.witness.Learn(ctx, blob, blob.Size())
}

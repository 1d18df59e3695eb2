package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// cast are all stations of the story: Ann's camera and home computer, the hub,
// and the peers of Bob and Carol.
type cast struct {
	*stage
	hub        *hubStation
	camera     *camera
	home       *home
	recipients []*recipient
}

// play is the story. Without files, the camera takes photos of its own.
func (c *cast) play(ctx context.Context, files []found, bad []skipped) error {
	photos, err := c.takePhotos(ctx, files, bad)
	if err != nil {
		return err
	}
	if err := c.setUp(ctx, photos); err != nil {
		return err
	}
	if err := c.share(ctx, photos); err != nil {
		return err
	}
	for _, chapter := range []func(context.Context) error{
		c.firstNews, c.tryForbidden, // first.go
		c.complete, c.secondNews, // second.go
	} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	return nil
}

// begin begins a chapter.
func (c *cast) begin(number int, title string, lines ...string) error {
	c.timeline.chapter(number, title, lines...)
	if c.tricks.chapter != nil {
		return c.tricks.chapter(c, number)
	}
	return nil
}

// takePhotos is chapter 1: what the camera does before there is any network.
func (c *cast) takePhotos(ctx context.Context, files []found, bad []skipped) (photos []photo, err error) {
	if err := c.begin(1, "Ann's camera takes photos where no network could carry them."); err != nil {
		return nil, err
	}
	if c.camera, err = newCamera(c.stage); err != nil {
		return nil, err
	}
	if files == nil {
		if files, err = c.samples(ctx, filepath.Join(c.camera.dir, "photos")); err != nil {
			return nil, err
		}
	}
	err = c.step("camera", "make thumbnails", func() (notes, error) {
		var unreadable []skipped
		photos, unreadable, err = c.camera.takePhotos(ctx, files)
		bad = append(bad, unreadable...)
		return notes{"make thumbnails": c.taken(photos, bad)}, err
	})
	if err == nil && len(photos) == 0 {
		err = usageError{fmt.Errorf("no readable photo among %s, such as %s (%s)", count(len(bad), "file", "files"), bad[0].name, bad[0].why)}
	}
	return photos, err
}

func (c *cast) samples(ctx context.Context, dir string) (files []found, err error) {
	err = c.step("camera", "take photos", func() (notes, error) {
		return notes{"take photos": fmt.Sprintf("%d made for this show", samples)}, makeSamples(ctx, c.timeline, dir, sampleWidth, sampleHeight)
	})
	if err == nil {
		files, _, err = findFiles(dir)
	}
	return files, err
}

// taken puts down what was found, and names what is left out.
func (c *cast) taken(photos []photo, bad []skipped) string {
	slices.SortFunc(bad, func(a, b skipped) int { return strings.Compare(a.name, b.name) })
	for _, b := range bad {
		c.result.Skipped = append(c.result.Skipped, b.name)
		c.timeline.text(fmt.Sprintf("%11sskipped: %s (%s)", "", clean(b.name), clean(b.why)))
	}
	for _, p := range photos {
		c.result.bytesOriginals += p.size
	}
	c.result.Items = len(photos)
	return fmt.Sprintf("of %s, %s in all", count(len(photos), "photo", "photos"), size(c.result.bytesOriginals))
}

// setUp starts all other stations and gives each its account at the hub.
func (c *cast) setUp(ctx context.Context, photos []photo) (err error) {
	for _, p := range photos {
		if err := c.witness.learnPhoto(p); err != nil {
			return err
		}
	}
	if c.hub, err = startHub(ctx, c.stage); err != nil {
		return err
	}
	if c.home, err = newHome(c.stage); err != nil {
		return err
	}
	ann, err := c.hub.person(ctx, "Ann", "ann@example.org")
	if err != nil {
		return err
	}
	camera, err := c.hub.station(ctx, ann, "camera", c.camera.signer.Public())
	if err != nil {
		return err
	}
	home, err := c.hub.station(ctx, ann, "home", c.home.signer.Public())
	if err != nil {
		return err
	}
	for _, name := range []string{"Bob", "Carol"} {
		if err := c.welcome(ctx, name); err != nil {
			return err
		}
	}
	return errors.Join(c.camera.join(camera), c.home.join(ctx, home))
}

// welcome registers a recipient and starts the peer.
func (c *cast) welcome(ctx context.Context, name string) error {
	r, err := newRecipient(c.stage, name)
	if err != nil {
		return err
	}
	person, err := c.hub.person(ctx, name, strings.ToLower(name)+"@example.org")
	if err != nil {
		return err
	}
	person, err = c.hub.station(ctx, person, "laptop", r.signer.Public())
	if err != nil {
		return err
	}
	c.recipients = append(c.recipients, r)
	c.result.recipients++
	return r.join(ctx, person)
}

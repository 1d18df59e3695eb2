package main

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/examples/internal/find"
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

// play is the story. Without a card, the camera takes photos of its own.
func (c *cast) play(ctx context.Context, card *find.Found) error {
	photos, err := c.takePhotos(ctx, card)
	if err != nil {
		return err
	}
	if err := c.setUp(ctx); err != nil {
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

// setUp starts all other stations and opens each its account at the hub.
func (c *cast) setUp(ctx context.Context) (err error) {
	if c.hub, err = startHub(ctx, c.stage); err != nil {
		return err
	}
	if c.home, err = newHome(c.stage); err != nil {
		return err
	}
	if err = c.hub.join(ctx, "Ann", &c.camera.station, &c.home.station); err != nil {
		return err
	}
	for _, name := range []string{"Bob", "Carol"} {
		r := new(recipient)
		if r.station, err = c.station(name); err == nil {
			err = c.hub.join(ctx, name, &r.station)
		}
		if err == nil {
			err = r.join(ctx)
		}
		if err != nil {
			return err
		}
		c.recipients = append(c.recipients, r)
	}
	c.result.recipients = len(c.recipients)
	return errors.Join(c.camera.join(ctx), c.home.join(ctx))
}

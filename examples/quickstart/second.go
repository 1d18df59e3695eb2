package main

import (
	"context"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/notify"
)

// complete is chapter 5: the originals reach the network.
func (c *cast) complete(ctx context.Context) error {
	err := c.begin(5, "Back home, the camera hands everything to Ann's computer, which puts the originals on the network.",
		"The hub asks it for screen versions, checks samples of the originals, takes the labels off and seals that.")
	if err != nil {
		return err
	}
	err = c.step("camera", "hand over", func() (notes, error) {
		defer c.follow("camera", "home", c.result.bytesOriginals)()
		err := c.camera.shareWithHome(ctx, c.home.peer.Source())
		if err == nil {
			err = c.countOriginals(ctx)
		}
		return notes{"share": "the same message, over the local link", "upload": "thumbnails and originals"}, err
	})
	if err != nil {
		return err
	}
	return c.publish(ctx)
}

// publish has the home computer put the originals on the network.
func (c *cast) publish(ctx context.Context) error {
	return c.step("home", "publish", func() (notes, error) {
		err := c.home.publish(ctx, c.camera.name, c.result.Items)
		if err != nil {
			return nil, err
		}
		c.timeline.text(list("home: no screen version", c.home.cannot)...)
		made, err := c.home.uploaded(ctx, c.camera.name)
		return notes{
			"share":           "and again the same message",
			"upload":          made,
			"announce":        "the originals are served from here",
			"check originals": "some blocks of some, not kept",
		}, err
	})
}

// countOriginals puts down what the camera could not hand over, since it was gone.
func (c *cast) countOriginals(ctx context.Context) error {
	bytes, gone, err := c.camera.originals(ctx)
	c.skip(gone)
	c.result.bytesOriginals, c.result.lost = bytes, len(gone)
	return err
}

// secondNews is chapter 6: the labels go, and the originals come.
func (c *cast) secondNews(ctx context.Context) error {
	err := c.begin(6, "Bob and Carol are told again. They verify the hub's seal offline, and fetch the originals from Ann's home.")
	if err != nil {
		return err
	}
	err = c.forEach(ctx, "second", c.update, c.verify, c.fetchNewThumbnails, c.fetchOriginals, c.readAgain)
	c.result.BytesOriginalsViaHub = c.witness.Passed()
	return err
}

func (c *cast) update(ctx context.Context, r *recipient) error {
	return c.step(r.name, "ask for news", func() (notes, error) {
		n, err := r.listen(ctx)
		if err != nil {
			return nil, err
		}
		if n.Reason == notify.Available {
			c.result.NotifiedSecond++
		}
		labelled := r.view.Collection().Labelled()
		c.result.LabelledSecond = max(c.result.LabelledSecond, labelled)
		c.result.BytesSecondNotification, err = notificationSize(n)
		return notes{
			"ask for news":    fmt.Sprintf("%d with a label; the update is %d of the notification's %d bytes", labelled, updateSize(n), c.result.BytesSecondNotification),
			"read collection": "the edition with the digests of the screen versions",
		}, err
	})
}

func (c *cast) verify(ctx context.Context, r *recipient) error {
	return c.step(r.name, "verify the seal", func() (notes, error) {
		before := c.network.requests(r.name)
		err := r.verifySeal(ctx)
		c.result.sealed(err)
		asked := c.network.requests(r.name) - before
		return notes{"verify the seal": "with the hub's public key; " + human.Count(asked, "request", "requests")}, err
	})
}

// fetchNewThumbnails fetches those that the home computer has made, if any.
func (c *cast) fetchNewThumbnails(ctx context.Context, r *recipient) error {
	n := r.unseen()
	if n == 0 {
		return nil
	}
	return c.step(r.name, "fetch versions", func() (notes, error) {
		_, err := r.fetchThumbnails(ctx)
		return notes{"fetch versions": human.Count(n, "thumbnail", "thumbnails") + " in place of generic pictures"}, err
	})
}

func (c *cast) fetchOriginals(ctx context.Context, r *recipient) error {
	return c.step(r.name, "fetch originals", func() (notes, error) {
		n, bad, err := r.fetchOriginals(ctx)
		c.result.OriginalsFetched += n
		c.result.DigestMismatches += bad
		c.result.bytesHomeServed += c.network.between(r.name, "home").received
		return notes{
			"read updates":    "who serves them",
			"fetch originals": human.Count(n, "original", "originals") + ", every block checked on arrival",
		}, err
	})
}

func (c *cast) readAgain(ctx context.Context, r *recipient) error {
	return c.step(r.name, "read them again", func() (notes, error) {
		bad, err := r.recheck(ctx)
		c.result.DigestMismatches += bad
		return notes{"read them again": human.Count(bad, "differs", "differ") + " from what Ann sealed"}, err
	})
}

// follow draws how many bytes of a long exchange have been sent, until the
// function that it returns is called.
func (s *stage) follow(from, to string, total int64) (stop func()) {
	before := s.network.between(from, to).sent
	return human.Repeat(100*time.Millisecond, func() {
		s.timeline.progress(from+" → "+to, s.network.between(from, to).sent-before, total, human.Size)
	})
}

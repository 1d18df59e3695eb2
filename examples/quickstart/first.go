package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/notify"
)

// share is chapter 2: the camera shares with the hub.
func (c *cast) share(ctx context.Context, photos []photo) error {
	err := c.begin(2, "The camera shares them with Bob and Carol: it sends the hub thumbnails and a seal.",
		"The seal covers the digests of the originals, which stay on the camera's card.")
	if err != nil {
		return err
	}
	var ids []collection.UserID
	for _, r := range c.recipients {
		ids = append(ids, r.account.User)
	}
	photos, gone := c.watchFor(ctx, photos)
	if c.result.Items = len(photos); len(photos) == 0 {
		return gone
	}
	err = c.step("camera", "make collection", func() (notes, error) {
		err := c.camera.make(ctx, "A day at the lake", photos, ids...)
		return notes{"make collection": "ids, digests and the seal, offline"}, err
	})
	if err != nil {
		return err
	}
	return c.step("camera", "share", func() (notes, error) { return c.toHub(ctx) })
}

// toHub has the camera share with the hub what it has made.
func (c *cast) toHub(ctx context.Context) (_ notes, err error) {
	if c.result.bytesOriginals, _, err = c.camera.originals(ctx); err != nil {
		return nil, err
	}
	made, err := c.camera.device.Collection(ctx, c.camera.name)
	if err == nil {
		err = c.camera.shareWithHub(ctx)
	}
	c.result.BytesDeviceToHub = c.network.between("camera", "hub").sent
	asked := human.Count(different(made, thumbnail), "thumbnail", "thumbnails")
	return notes{"share and upload": human.Count(made.Len(), "item", "items") + ", with " + asked}, err
}

// firstNews is chapter 3: the recipients see everything at once.
func (c *cast) firstNews(ctx context.Context) error {
	if err := c.begin(3, "Bob and Carol are told, and see everything at once."); err != nil {
		return err
	}
	return c.forEach(ctx, "first", c.firstLook, c.showPreviews, c.fetchThumbnails)
}

// forEach does what each recipient does at one time, and shows what that one sees then.
func (c *cast) forEach(ctx context.Context, when string, todo ...func(context.Context, *recipient) error) error {
	var seen []string
	for _, r := range c.recipients {
		for _, do := range todo {
			if err := do(ctx, r); err != nil {
				return err
			}
		}
		if err := c.show(ctx, r, when, &seen); err != nil {
			return err
		}
	}
	return nil
}

func (c *cast) firstLook(ctx context.Context, r *recipient) error {
	return c.step(r.name, "ask for news", func() (notes, error) {
		n, err := r.listen(ctx)
		if err != nil {
			return nil, err
		}
		if n.Reason == notify.Shared {
			c.result.NotifiedFirst++
		}
		labelled := r.view.Collection().Labelled()
		c.result.LabelledFirst = max(c.result.LabelledFirst, labelled)
		return notes{
			"ask for news":    fmt.Sprintf("%s: %s, %d with a label; a cover of %s", clean(n.Title), human.Count(n.Items, "item", "items"), labelled, human.Size(int64(len(n.Cover)))),
			"read collection": "all seals verified",
		}, nil
	})
}

func (c *cast) fetchThumbnails(ctx context.Context, r *recipient) error {
	return c.step(r.name, "fetch versions", func() (notes, error) {
		n, err := r.fetchThumbnails(ctx)
		return notes{"fetch versions": "thumbnails of " + human.Count(n, "item", "items") + ", digests checked"}, err
	})
}

// showPreviews prints what the first recipient sees before any thumbnail has come.
func (c *cast) showPreviews(_ context.Context, r *recipient) error {
	if r == c.recipients[0] {
		c.timeline.text(indent(previews(r.view.Collection(), c.timeline.live))...)
	}
	return nil
}

// show prints what a recipient sees, once if all see the same. With -keep it is
// kept, too.
func (c *cast) show(ctx context.Context, r *recipient, when string, seen *[]string) error {
	if c.options.keep != "" {
		if err := r.keepSeen(ctx, when); err != nil {
			return err
		}
	}
	lines := table(r.view)
	if slices.Equal(lines, *seen) {
		c.timeline.text("", "   "+r.name+" sees the same.")
		return nil
	}
	*seen = lines
	c.timeline.text("", "   What "+r.name+" sees:", "")
	c.timeline.text(append(indent(lines), "")...)
	return nil
}

// tryForbidden is chapter 4: the recipients try to search, print and re-share an
// item with a label.
func (c *cast) tryForbidden(ctx context.Context) error {
	err := c.begin(4, "They try what a label forbids. The gate refuses before anything reaches the network.")
	if err != nil {
		return err
	}
	var note string
	for _, r := range c.recipients {
		err := c.step(r.name, "try", func() (notes, error) {
			a, err := r.tryForbidden(ctx)
			c.result.SearchesRefused += a.searches
			c.result.othersRefused += a.others
			c.result.RequestsForRefused += a.requests
			note = a.note
			return notes{"try": fmt.Sprintf("search, print, re-share: %d refused, %s", a.searches+a.others, human.Count(a.requests, "request left", "requests left"))}, err
		})
		if err != nil {
			return err
		}
	}
	c.timeline.text("", "   The note that a user reads: "+note)
	return nil
}

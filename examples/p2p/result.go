package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// result is what is promised.
type result struct {
	refused        int   // searches and fetches that a label forbids
	lookUpsRefused int64 // on the network, until then
	fetched        int   // originals, by both recipients
	bytesFetched   int64
	bytesOriginals int64 // of all photos
}

// judge says what held. What did not is an error.
func (s *story) judge() error {
	r, network := s.result, s.all.Load()-s.overHTTP.Load()
	var broken []string
	for what, held := range map[string]bool{
		"searches and fetches were not refused":              r.refused == 2*photos,
		"a label did not keep look-ups from the network":     r.lookUpsRefused == 0,
		"nobody was searched for":                            s.lookUps.Load() > 0,
		"originals did not come":                             r.fetched == 2*photos && r.bytesFetched == 2*r.bytesOriginals,
		"originals went over HTTP":                           s.witness.Passed() == 0,
		"the hub checked nothing of what the home announced": s.hub == nil || s.checked.Load() > 0,
		"something went over HTTP without a hub":             s.hub != nil || s.overHTTP.Load() == 0,
		"they did not go over the network":                   network >= 3*r.bytesOriginals, // to the home, Bob and Carol
	} {
		if !held {
			broken = append(broken, what)
		}
	}
	if len(broken) > 0 {
		return fmt.Errorf("what was promised did not hold: %s", strings.Join(broken, "; "))
	}
	s.say("Everything held: %d originals fetched, %s over the peer-to-peer network; over HTTP %s in all, and %d bytes of originals.",
		r.fetched, human.Size(network), human.Size(s.overHTTP.Load()), s.witness.Passed())
	return nil
}

// play plays chapter after chapter.
func (s *story) play(ctx context.Context, story []chapter) error {
	for _, c := range story {
		fmt.Fprintf(s.out, "\n%s\n\n", c.title)
		if err := c.play(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) say(format string, args ...any) { fmt.Fprintf(s.out, "   "+format+"\n", args...) }

// step does something, and prints how long it took and what went where meanwhile.
func (s *story) step(who, what string, do func() (note string, err error)) error {
	start, all, overHTTP := time.Now(), s.all.Load(), s.overHTTP.Load()
	note, err := do()
	if err != nil {
		return fmt.Errorf("%s: %s: %w", who, what, err)
	}
	all, overHTTP = s.all.Load()-all, s.overHTTP.Load()-overHTTP
	fmt.Fprintf(s.out, "%7d ms  %-14s %-18s HTTP %8s  libp2p %8s  %s\n", time.Since(start).Milliseconds(), who, what,
		human.Size(overHTTP), human.Size(all-overHTTP), note)
	return nil
}

// takePhotos puts photos on the camera's card.
func (s *story) takePhotos(ctx context.Context, n int) (items []collection.Item, err error) {
	dir, err := os.MkdirTemp("", "glimpse-p2p-")
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() error { return os.RemoveAll(dir) })
	for i := range n {
		item, err := s.camera.takePhoto(ctx, filepath.Join(dir, fmt.Sprintf("DSC0%d.JPG", 4711+i)), i)
		if err != nil {
			return nil, err
		}
		items, s.camera.ids = append(items, item), append(s.camera.ids, item.ID)
	}
	return items, nil
}

// filmSize is that of the short film, in bytes, that phones keep behind the end of a photo.
const filmSize = 500_000

func (c *camera) takePhoto(ctx context.Context, path string, n int) (item collection.Item, err error) {
	id, err := c.device.NewItemID()
	if err != nil {
		return item, err
	}
	f, err := os.Create(path)
	if err != nil {
		return item, err
	}
	defer f.Close()
	if err := mediatest.Sample(f, n, 1600, 1200, mediatest.EXIF{Orientation: 1}); err != nil {
		return item, err
	}
	if _, err := io.CopyN(f, rand.Reader, filmSize); err != nil {
		return item, err
	}
	return c.card.Add(ctx, id, path)
}

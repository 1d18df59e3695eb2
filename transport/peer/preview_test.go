package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// previewer renders as usual, and makes previews: none of what err says.
type previewer struct {
	peer.RendererFunc
	err error
}

func (p previewer) Preview(version []byte) ([]byte, error) {
	return version[:min(len(version), 20)], p.err
}

// TestBlanksAreFilled: a home peer gives a preview to each item that has none with the
// edition that its screen versions need, and leaves one that is there as it is.
func TestBlanksAreFilled(t *testing.T) {
	_, cam, home, bob, _ := atHome(t, 3, collection.Body{})
	cam.Items[1].Preview = []byte("the camera's")
	name := cam.AlbumOf("title", collection.Body{Recipients: []collection.UserID{bob.User}})
	cam.Syncs(home, name)
	home.Restart(rendering(previewer{RendererFunc: lab.Render}, nil))
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	c := bob.Views(name)
	if len(c.Preview(0)) == 0 || string(c.Preview(1)) != "the camera's" || len(c.Preview(2)) == 0 || c.Header().Edition != 1 {
		t.Errorf("edition %d, previews %q, %q and %q", c.Header().Edition, c.Preview(0), c.Preview(1), c.Preview(2))
	}
}

// TestPreviewsAloneMakeNoEdition: a home peer that has a decoder only after it has
// published leaves the blanks for its next edition.
func TestPreviewsAloneMakeNoEdition(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{})
	home.Restart(rendering(except(cam, 1), nil))
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	before := bob.Views(name).Edition()
	home.Restart(rendering(previewer{RendererFunc: except(cam, 1)}, nil))
	home.Publishes(name)
	bob.Refreshes(name)
	if got := bob.Views(name).Edition(); got != before {
		t.Errorf("edition %v after %v", got, before)
	}
	home.Restart(rendering(previewer{RendererFunc: lab.Render}, nil))
	home.Publishes(name)
	bob.Refreshes(name)
	c := bob.Views(name)
	if got := c.Edition().Number; got != before.Number+1 || c.Preview(0) != nil || c.Preview(1) == nil {
		t.Errorf("edition %d, previews %q and %q", got, c.Preview(0), c.Preview(1))
	}
}

// TestEditedWhileVersionsAreMade: what is made is put into the edition that is there by then.
func TestEditedWhileVersionsAreMade(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{})
	var edit sync.Once
	home.Restart(rendering(previewer{RendererFunc: func(ctx context.Context, p peer.Picture, w io.Writer) error {
		var err error
		edit.Do(func() {
			err = home.Author.Edit(ctx, name, func(h *collection.Header, items []collection.Item) {
				h.Title, items[0].Preview = "edited", []byte("by hand")
			})
		})
		return errors.Join(err, lab.Render(ctx, p, w))
	}}, nil))
	cam.Shares(name)
	home.Publishes(name)
	bob.Receives()
	c := bob.Views(name)
	if c.Title() != "edited" || string(c.Preview(0)) != "by hand" || len(c.Preview(1)) == 0 || c.Labelled() != 0 {
		t.Errorf("%q, previews %q and %q, %d labels", c.Title(), c.Preview(0), c.Preview(1), c.Labelled())
	}
}

// TestNoPreviewCanBeMade: all else goes on.
func TestNoPreviewCanBeMade(t *testing.T) {
	_, _, home, bob, name := atHome(t, 1, collection.Body{})
	var log bytes.Buffer
	home.Restart(rendering(previewer{lab.Render, errors.New("no such decoder")}, &log))
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	if c := bob.Views(name); c.Preview(0) != nil || !strings.Contains(log.String(), "no such decoder") {
		t.Errorf("preview %q, logged %s", c.Preview(0), log.String())
	}
}

// TestWithdrawnHasNoPreview: recipients see no preview of what is withdrawn.
func TestWithdrawnHasNoPreview(t *testing.T) {
	_, cam, home, bob, name := atHome(t, 2, collection.Body{})
	home.Restart(rendering(previewer{RendererFunc: lab.Render}, nil))
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	if err := home.Author.Withdraw(t.Context(), name, cam.Items[0].ID); err != nil {
		t.Fatal(err)
	}
	bob.Refreshes(name)
	c := bob.Views(name)
	if _, rank := c.At(0); rank != label.Withdrawn || c.Preview(0) != nil || c.Preview(1) == nil {
		t.Errorf("%v, previews %q and %q", rank, c.Preview(0), c.Preview(1))
	}
}

package peer_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// breaking is a station that is out of reach after so many bytes of an upload.
type breaking struct {
	transport.ShareReceiver
	after int64
}

var errGone = errors.New("out of reach")

func (b breaking) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return b.ShareReceiver.Upload(ctx, name, io.MultiReader(io.LimitReader(stream, b.after), gone{}))
}

type gone struct{}

func (gone) Read([]byte) (int, error) { return 0, errGone }

// parts returns how many versions have not come whole that a station has noted.
func parts(t *testing.T, p *labtest.Peer) (n int) {
	t.Helper()
	for r, err := range p.Store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		if strings.HasPrefix(r.Key, "part/") {
			n++
		}
	}
	return n
}

// handsOverPart has a camera hand a new album over, of whose original 100 KB of 140 come.
func handsOverPart(t *testing.T, cam *labtest.Camera, to *labtest.Peer) (collection.Name, error) {
	t.Helper()
	name := cam.Album("album", to.User)
	at := to.Peer.As(transport.Identity{User: cam.User})
	_, err := cam.HandOver(t.Context(), breaking{at, 100_000}, name, 1<<30)
	return name, err
}

// TestPartsAtHome: what others hand over and break off is bounded for each of them and for
// all together, is told before its bytes come, and goes after a time. What the home fetches
// for its own user has room whatever they do.
func TestPartsAtHome(t *testing.T) {
	w, cam, home, b, album := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Syncs(home, album)
	home.Publishes(album)
	carl := w.Camera(w.User("carl"), 0)
	b.Restart(func(cfg *peer.Config) {
		accepts(3)(cfg)
		cfg.Quotas = peer.Quotas{Parts: 500_000, OthersParts: 600_000}
	})
	b.Hears(notify.Shared, 0)
	fills := func(cam *labtest.Camera, want int) (last collection.Name) {
		for i := range want + 1 {
			cam.Items = nil
			cam.Add(10*want + i)
			name, err := handsOverPart(t, cam, b)
			if over := errors.Is(err, transport.ErrQuota); over != (i == want) || !over && !errors.Is(err, errGone) {
				t.Errorf("the %d. of %d: %v", i, want, err)
			}
			last = name
		}
		return last
	}
	last := fills(cam, 4)
	fills(carl, 1)
	if n := parts(t, b); n != 5 {
		t.Errorf("%d parts", n)
	}
	b.Fetches(transport.Ref{Collection: album, Item: first(t, b, album), Version: 2})

	w.Clock.Pass(31 * 24 * time.Hour)
	labtest.Must(t, b.ExpireParts(t.Context()))
	if n := parts(t, b); n != 0 {
		t.Errorf("%d parts a month later", n)
	}
	cam.HandsOver(b, last, 1<<30)
}

func first(t *testing.T, p *labtest.Peer, name collection.Name) collection.ItemID {
	t.Helper()
	v, err := p.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	id, _ := v.Collection().At(0)
	return id
}

package hub_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestUnfinishedByEveryWay: versions that never come whole are bounded together, whichever
// way they come.
func TestUnfinishedByEveryWay(t *testing.T) {
	w := labtest.New(t, hub.Config{MaxVersion: 200_000, Quotas: hub.Quotas{Parts: 500_000}})
	ann := w.User("ann")
	home := w.Peer(ann, "home")
	c, data := large(t, w, home, 12)
	gone := errors.New("gone")
	share, err := c.MarshalBinary()
	labtest.Must(t, err)
	ways := []func(i int){
		func(i int) {
			id, _ := c.At(i)
			broken := io.MultiReader(bytes.NewReader(data[i][:99_000]), failing{gone})
			_, _ = w.Hub.Hub.As(ann).PutVersion(t.Context(), transport.Ref{Collection: c.Name(), Item: id, Version: 1}, 0, broken)
		},
		func(i int) {
			_, _ = w.Hub.Hub.As(ann).Upload(t.Context(), c.Name(), brokenUpload(t, i, data[i]))
		},
		func(i int) {
			m := transport.Share{Collection: share, From: transport.Peer, Offers: []transport.Bits{nil, transport.AllBits(12)}}
			_, _ = w.Hub.Hub.As(ann).Push(t.Context(), m, brokenUpload(t, i, data[i]))
		},
	}
	for i := range data {
		ways[i%len(ways)](i)
		if u := usage(t, w, ann); u.Parts > 500_000 || u.Versions > 0 {
			t.Fatalf("%+v after %d", u, i)
		}
	}
	if u := usage(t, w, ann); u.Parts < 300_000 {
		t.Errorf("%+v: not that much was sent", u)
	}
	w.Clock.Pass(25 * time.Hour)
	w.Expires(time.Time{})
	if u := usage(t, w, ann); u.Parts != 0 {
		t.Errorf("a day later: %+v", u)
	}
}

// brokenUpload is a stream of one version that breaks off before its end.
func brokenUpload(t *testing.T, item int, data []byte) io.Reader {
	var out bytes.Buffer
	labtest.Must(t, transport.NewUploadWriter(&out).Version(item, 1, 0, int64(len(data)), bytes.NewReader(data)))
	return io.MultiReader(bytes.NewReader(out.Bytes()[:99_000]), failing{io.ErrUnexpectedEOF})
}

// TestRoomIsNotGained by having what was kept expire and come again, nor by withdrawing it.
func TestRoomIsNotGained(t *testing.T) {
	w := labtest.New(t, hub.Config{Quotas: hub.Quotas{Collections: 3, Versions: 20_000}})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 4), w.Peer(ann, "home")
	name := cam.Album("one")
	cam.Shares(name)
	cam.Syncs(home, name)
	for range 5 {
		home.Withdraws(name, cam.Items[3].ID)
		w.Expires(w.Clock.Now().Add(time.Hour))
		cam.Shares(name)
		countsWhatIsThere(t, w, ann)
		if u := usage(t, w, ann); u.Versions > 20_000 || u.Collections != 1 {
			t.Fatalf("%+v", u)
		}
	}
	for i := range 2 {
		cam.Shares(cam.Album(fmt.Sprint("more ", i)))
	}
	_, err := cam.Share(t.Context(), cam.ToHub(), cam.Album("one too many"))
	isOver(t, err, "collections")
}

// TestClaimedSizes: what a caller says of the size of a body is neither believed to be
// less than nothing, nor does it overflow what is counted.
func TestClaimedSizes(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	h, ann := w.Hub.Hub, w.User("ann")
	for _, size := range []int64{math.MaxInt64, math.MaxInt64 - 1, 1 << 62, 17 << 30} {
		for _, call := range []transport.Call{
			{User: ann, Action: transport.Bring, Stream: size}, {User: ann, Action: transport.Send, Message: size}, {User: ann, Action: transport.Bring, Message: size, Stream: size},
		} {
			if _, err := h.Admit(t.Context(), call); !errors.Is(err, transport.ErrQuota) {
				t.Errorf("%+v: %v", call, err)
			}
		}
	}
	for range 200 { // a negative size gives no room
		leave, err := h.Admit(t.Context(), transport.Call{User: ann, Action: transport.Bring, Stream: math.MinInt64})
		labtest.Must(t, err)
		leave()
	}
	if _, err := h.Admit(t.Context(), transport.Call{User: ann, Action: transport.Send, Message: 33 << 20}); !errors.Is(err, transport.ErrQuota) {
		t.Errorf("a message over the quota, then: %v", err)
	}
}

// TestStrangersByEveryWay: a stranger gets no more into a feed by naming the recipient as a
// completer or by address, by withdrawing and sharing anew, or by editing.
func TestStrangersByEveryWay(t *testing.T) {
	w := labtest.New(t, hub.Config{Unasked: hub.Unasked{Collections: 8, Items: 40}})
	mallory, bob := w.User("mallory"), w.User("bob")
	cam, home := w.Camera(mallory, 1), w.Peer(mallory, "home")
	for i := range 12 {
		var name collection.Name
		switch title := fmt.Sprint(i); i % 4 {
		case 0:
			name = cam.Album(title, bob)
		case 1:
			name = cam.AlbumOf(title, collection.Body{Completers: []collection.UserID{bob}})
		case 2:
			name = cam.AlbumFor(title, nil, "bob@example.org")
		case 3:
			name = cam.AlbumOf(title, collection.Body{Recipients: []collection.UserID{bob}, Completers: []collection.UserID{bob}})
		}
		cam.Shares(name)
		cam.Syncs(home, name)
		home.Withdraws(name, cam.Items[0].ID)
		home.Retitles(name, "again")
		if n := len(w.Waiting(bob)); n > 2 {
			t.Fatalf("%d wait after %d", n, i)
		}
	}
	reader := w.Peer(bob, "bob")
	if news := reader.Receives(); len(news) == 0 || news[0].Reason != notify.Shared {
		t.Errorf("heard %v", news)
	}
}

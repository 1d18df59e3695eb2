package peer_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestMissedNewsPauses: news whose collection the hub does not return is tried again after
// pauses that grow, in which nothing of it is asked for, also over a restart; never is it
// parked, and it comes when it can be had.
func TestMissedNewsPauses(t *testing.T) {
	w, cam, _, bob, _ := labtest.NewAlbum(t, hub.Config{}, 40) // too many to come with the feed
	for i := range cam.Items {
		cam.Items[i].Caption = strings.Repeat("a long caption ", 200)
	}
	name := cam.Album("title", bob.User)
	cam.Shares(name)
	down, asked := true, 0
	w.Put(bob.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Path, "/v1/feed") {
			if asked++; down {
				return nil, errors.New("no route")
			}
		}
		return network.RoundTrip(r)
	})
	for i, step := range []struct {
		after time.Duration
		tries bool
	}{
		{0, true}, {0, true}, {0, false}, {59 * time.Second, false}, {time.Second, true}, {time.Minute, false}, {time.Minute, true},
		{48 * time.Hour, true}, {48 * time.Hour, true}, {48 * time.Hour, true}, {48 * time.Hour, true}, {48 * time.Hour, true},
		{48 * time.Hour, true}, {48 * time.Hour, true}, {48 * time.Hour, true}, {48 * time.Hour, true}, {time.Minute, false},
	} {
		w.Pass(step.after)
		bob.Restart(nil)
		asked = 0
		news, err := bob.Reader.Receive(t.Context())
		if len(news) > 0 || step.tries != errors.Is(err, transport.ErrUnreachable) || step.tries != (asked > 0) {
			t.Fatalf("step %d: %d requests, %v", i, asked, err)
		}
	}
	if parked, err := bob.Reader.Parked(t.Context()); len(parked) > 0 || err != nil {
		t.Errorf("parked %v, %v", parked, err)
	}
	down = false
	w.Pass(time.Hour)
	bob.Hears(notify.Shared, len(cam.Items))
	bob.HearsNothing()
}

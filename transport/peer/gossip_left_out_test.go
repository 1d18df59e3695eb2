package peer_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// TestGossipLeavesOut: who is missing from a successor is told nothing more of what it replaces by
// anybody who knows the successor, is not listened to, and hears of the end without the title that
// was given meanwhile.
func TestGossipLeavesOut(t *testing.T) {
	v := newVillage(t, 2)
	v.ann.Publishes(v.name)
	for _, p := range []*labtest.Peer{v.bob, v.carol} {
		p.HearsFrom(v.ann, notify.Shared, 0)
	}
	v.gossips(v.ann, v.bob, v.carol)
	next := album(t, v.ann, v.cam, 0, collection.Body{Recipients: []collection.UserID{v.bob.User}, Replaces: []collection.ID{v.name.ID}})
	v.ann.Publishes(next)
	v.bob.HearsFrom(v.ann, notify.Shared, 0)

	const title = "Without Carol"
	var told, titles int
	for _, station := range []string{"ann", "bob"} {
		v.Put(station, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			if r.URL.Host == "carol" && r.Body != nil {
				told++
				body, err := io.ReadAll(r.Body)
				labtest.Must(t, err)
				r.Body = io.NopCloser(bytes.NewReader(body))
				if bytes.Contains(body, []byte(title)) {
					titles++
				}
			}
			return network.RoundTrip(r)
		})
	}
	v.ann.Retitles(v.name, title)
	v.ann.Withdraws(v.name, v.cam.Items[0].ID)
	v.gossips(v.ann, v.bob)
	if got := v.bob.Views(v.name).Title(); told != 0 || got != title {
		t.Errorf("Carol is asked or told %d times; Bob has heard %q", told, got)
	}
	err := v.carol.To(v.bob.Station).Deliver(t.Context(), notify.Notification{Author: v.ann.User, Collection: v.name.ID, To: v.bob.User})
	if !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("Carol tells: %v", err)
	}
	labtest.Must(t, v.ann.Author.End(t.Context(), v.name))
	v.gossips(v.ann, v.bob)
	if !v.carol.Views(v.name).Ended() || titles != 0 {
		t.Errorf("Carol has not heard of the end, or %d titles with it", titles)
	}
}

package lab_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
)

// TestOnePhoto is one photo from a camera to one recipient, up to a step: what each
// step costs is counted by internal/calls.
func TestOnePhoto(t *testing.T) {
	for _, until := range photoSteps {
		t.Run(until, func(t *testing.T) { onePhoto(t, nil, until) })
	}
}

// TestRequestsOfOnePhoto bounds the requests from Make to Fetch.
func TestRequestsOfOnePhoto(t *testing.T) {
	requests := 0
	onePhoto(t, func(from string, next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			t.Log(lab.MessageOf(from, r))
			return next.RoundTrip(r)
		})
	}, "fetched")
	if requests > 11 {
		t.Errorf("%d requests, want 11 at most", requests)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var photoSteps = []string{"registered", "made", "shared", "heard", "synced", "published", "heard again", "fetched"}

func onePhoto(t *testing.T, wrap func(string, http.RoundTripper) http.RoundTripper, until string) {
	ctx := t.Context()
	w := lab.NewWorld(1, lab.NewNetwork(1, lab.Faults{}))
	w.Wrap = wrap
	h := w.NewStation("hub", collection.UserID{})
	must(t, h.StartHub(ctx, h.HubConfig()))
	station := func(name string, user collection.UserID) *lab.Station {
		s := w.NewStation(name, user)
		must(t, s.Enroll(ctx))
		return s
	}
	open := func(name string, user collection.UserID) *lab.Station {
		s := station(name, user)
		must(t, s.StartPeer(ctx, s.PeerConfig()))
		return s
	}
	ann, err := w.Register(ctx, "ann")
	must(t, err)
	bob, err := w.Register(ctx, "bob")
	must(t, err)
	home, bobs, camera := open("home", ann), open("bobs", bob), station("camera", ann)
	camera.StartDevice(camera.DeviceConfig())
	item := collection.ItemID{1}
	camera.Card[item] = lab.NewPhoto("photo", 4000, 200_000)
	var name collection.Name
	for _, step := range photoSteps {
		switch step {
		case "made":
			name, err = camera.Device.Make(ctx, collection.Header{Title: "Picnic", Authority: w.Authority()},
				collection.Body{Items: []collection.Item{{ID: item, MediaType: "image/jpeg"}}, Recipients: []collection.UserID{bob}})
		case "shared":
			_, err = camera.Device.Share(ctx, camera.ToHub(), name)
		case "synced":
			_, err = camera.Device.Sync(ctx, camera.To(home), name)
		case "published":
			err = home.Author.Publish(ctx, name)
		case "heard", "heard again":
			err = hears(t, bobs)
		case "fetched":
			err = bobs.Reader.Fetch(ctx, transport.Ref{Collection: name, Item: item, Version: 2})
		}
		must(t, err)
		if step == until {
			return
		}
	}
}

func hears(t *testing.T, s *lab.Station) error {
	news, err := s.Reader.Receive(t.Context())
	if err == nil && len(news) != 1 {
		err = fmt.Errorf("%d news", len(news))
	}
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

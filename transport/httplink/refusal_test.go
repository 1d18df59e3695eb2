package httplink_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestUploadRefusal: who uploads hears why it is refused, also where most of the
// upload has not gone yet.
func TestUploadRefusal(t *testing.T) {
	w := labtest.Listening(t, hub.Config{}) // in process, an upload is read before it is refused
	cam := w.Camera(w.User("ann"), 100)
	for i, item := range cam.Items {
		cam.Card[item.ID] = lab.NewPhoto(fmt.Sprint(i), 60_000, 0)
	}
	name := cam.Album("title")
	cam.Card[cam.Items[0].ID] = lab.NewPhoto("other bytes than were sealed", 60_000, 0)
	for range 20 {
		if _, err := cam.Share(t.Context(), cam.ToHub(), name); !errors.Is(err, transport.ErrDigest) {
			t.Fatal(err)
		}
	}
}

// TestPushStops: who pushes what the hub has in part hears it in the middle, over a
// connection too, and uploads the rest.
func TestPushStops(t *testing.T) {
	w := labtest.Listening(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 100)
	for i, item := range cam.Items {
		cam.Card[item.ID] = lab.NewPhoto(fmt.Sprint(i), 60_000, 0)
	}
	all := cam.Items
	for n := range 10 {
		cam.Items = all[90-n:]
		cam.Shares(cam.Album("some"))
		cam.Restart(cam.Store) // and it does not know any more what it has shared
		cam.Items = all[80-n:]
		name, before := cam.Album("more"), cam.Requests.Load()
		if answer := cam.Shares(name); answer.Next != transport.Done || cam.Requests.Load()-before != 2 {
			t.Fatalf("%v after %v", answer.Next, cam.Log()[before:])
		}
	}
}

// get returns all that is answered to a request, but for the time.
func get(t *testing.T, over *http.Client, auth httplink.Auth, method, url string, body []byte) string {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	labtest.Must(t, err)
	r.Header = http.Header{"Upload-Offset": {"0"}, "Upload-Length": {"20"}, "Content-Type": {"application/offset+octet-stream"}}
	labtest.Must(t, auth(r))
	res, err := over.Do(r)
	labtest.Must(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	labtest.Must(t, err)
	res.Header.Del("Date")
	return fmt.Sprintf("%s %x %v", res.Status, data, slices.Sorted(maps.Keys(res.Header)))
}

// requests are those that name a collection, with the path of its base.
func requests(name collection.Name, item collection.ItemID) map[string][]byte {
	announcement, _ := transport.Encode(transport.Announcement{Author: name.Author, ID: name.ID, Items: transport.BitsOf(0), URL: "http://h"})
	n, i := name.String(), item.String()
	return map[string][]byte{
		"GET /v1/collections/" + n: nil, "GET /v1/updates/" + n: nil, "GET /v1/originals/" + n + "/" + i: nil,
		"GET /v1/originals/" + n + "/" + i + "?offset=1&length=1": nil, "GET /v1/versions/" + n + "/" + i + "/0": nil,
		"GET /v1/versions/" + n + "/" + i + "/1": nil, "GET /v1/versions/" + n + "/" + i + "/2?offset=99": nil,
		"PATCH /v1/uploads/" + n + "/" + i + "/0": digits, "PATCH /v1/uploads/" + n + "/" + i + "/0?length=20": digits,
		"POST /v1/uploads/" + n + "/" + i + "/0": nil, "HEAD /v1/uploads/" + n + "/" + i + "/0": nil,
		"POST /v1/upload/" + n: digits, "POST /v1/announce": announcement,
	}
}

var digits = []byte("0123456789")

// TestNotYours: who may not read a collection gets, byte by byte, the answers that
// it gets on one that does not exist.
func TestNotYours(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, mallory := w.User("ann"), w.User("mallory")
	cam, home, m := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(mallory, "mallory")
	name := cam.Album("title", w.User("bob"))
	cam.Syncs(home, name)
	home.Publishes(name)
	cam.Shares(name)
	for base, auth := range map[string]httplink.Auth{w.Hub.URL(): httplink.Bearer(m.Token), home.URL(): httplink.Sealed(m.Caller(), home.Key())} {
		nowhere := collection.Name{Author: ann, ID: collection.ID{99}}
		there, not := requests(name, cam.Items[0].ID), requests(nowhere, collection.ItemID{99})
		for request, body := range there {
			method, path, _ := strings.Cut(request, " ")
			other := strings.ReplaceAll(strings.ReplaceAll(path, name.String(), nowhere.String()), cam.Items[0].ID.String(), collection.ItemID{99}.String())
			got, want := get(t, m.HTTP, auth, method, base+path, body), get(t, m.HTTP, auth, method, base+other, not[method+" "+other])
			if got != want || !strings.HasPrefix(got, "40") {
				t.Errorf("%s: there %s, not there %s", request, got, want)
			}
		}
	}
}

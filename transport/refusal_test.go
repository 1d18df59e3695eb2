package transport_test

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
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestUploadRefusal: who uploads hears why it is refused, also where most of the
// upload has not gone yet.
func TestUploadRefusal(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), 0)
	for i := range 100 {
		id, err := cam.NewItemID()
		must(t, err)
		cam.versions[id] = [3][]byte{noise(i, 0, 60_000), nil, nil}
		cam.items = append(cam.items, collection.Item{ID: id})
	}
	name := cam.make("title")
	cam.versions[cam.items[0].ID] = [3][]byte{noise(1000, 0, 60_000), nil, nil} // other bytes than were sealed
	for range 20 {
		if _, err := cam.Share(t.Context(), cam.hub, name); !errors.Is(err, transport.ErrDigest) {
			t.Fatal(err)
		}
	}
}

// get returns all that is answered to a request, but for the time.
func get(t *testing.T, auth httplink.Auth, method, url string, body []byte) string {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	must(t, err)
	must(t, auth(r))
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(t, err)
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
		"PUT /v1/versions/" + n + "/" + i + "/0?offset=0": digits, "PUT /v1/versions/" + n + "/" + i + "/0?offset=7": digits,
		"POST /v1/upload/" + n: digits, "POST /v1/announce": announcement,
	}
}

var digits = []byte("0123456789")

// TestNotYours: who may not read a collection gets, byte by byte, the answers that
// it gets on one that does not exist.
func TestNotYours(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, mallory := w.user("ann"), w.user("mallory")
	cam, home, m := w.camera(ann, 1), w.peer(ann, "home"), w.peer(mallory, "mallory")
	name := cam.make("title", w.user("bob"))
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	home.reopen(func(cfg *peer.Config) { cfg.Wait = 10 * time.Millisecond })
	token, err := w.hub.Accounts().Issue(t.Context(), mallory, "test")
	must(t, err)
	caller := m.caller()
	caller.Now = w.now
	for base, auth := range map[string]httplink.Auth{w.hubURL: httplink.Bearer(token), home.url: httplink.Sealed(caller, ann)} {
		nowhere := collection.Name{Author: ann, ID: collection.ID{99}}
		there, not := requests(name, cam.items[0].ID), requests(nowhere, collection.ItemID{99})
		for request, body := range there {
			method, path, _ := strings.Cut(request, " ")
			other := strings.ReplaceAll(strings.ReplaceAll(path, name.String(), nowhere.String()), cam.items[0].ID.String(), collection.ItemID{99}.String())
			got, want := get(t, auth, method, base+path, body), get(t, auth, method, base+other, not[method+" "+other])
			if got != want || !strings.HasPrefix(got, "40") {
				t.Errorf("%s: there %s, not there %s", request, got, want)
			}
		}
	}
}

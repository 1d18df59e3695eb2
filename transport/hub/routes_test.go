package hub_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// requested is a request as it comes.
type requested struct {
	method, path string
	body         []byte
}

func (r requested) String() string { return r.method + " " + r.path }

// answered is a station's answer to a request whose caller adds who it is.
func answered(t *testing.T, h http.Handler, r requested, auth httplink.Auth) *httptest.ResponseRecorder {
	t.Helper()
	q := httptest.NewRequest(r.method, r.path, bytes.NewReader(r.body))
	q.Header = http.Header{"Upload-Offset": {"0"}, "Upload-Length": {"20"}, "Content-Type": {"application/offset+octet-stream"}}
	if auth != nil {
		labtest.Must(t, auth(q))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, q)
	return w
}

// asked are requests on each route for something of a collection.
func asked(t *testing.T, n collection.Name, item collection.ItemID, share transport.Share, at transport.Source) []requested {
	encoded := func(m any) []byte {
		data, err := transport.Encode(m)
		labtest.Must(t, err)
		return data
	}
	ref := fmt.Sprintf("%v/%v", n, item)
	pushed := encoded(share)
	told := notify.Notification{Author: n.Author, Collection: n.ID, To: n.Author, Reason: notify.Edited}
	return []requested{
		{"GET", "/v1/collections/" + n.String(), nil},
		{"HEAD", "/v1/collections/" + n.String(), nil},
		{"GET", "/v1/updates/" + n.String(), nil},
		{"GET", "/v1/versions/" + ref + "/0", nil},
		{"HEAD", "/v1/versions/" + ref + "/0", nil},
		{"GET", "/v1/versions/" + ref + "/1", nil},
		{"GET", "/v1/versions/" + ref + "/2", nil},
		{"PATCH", "/v1/uploads/" + ref + "/0", []byte("planted")},
		{"PATCH", "/v1/uploads/" + ref + "/1", []byte("planted")},
		{"POST", "/v1/uploads/" + ref + "/0", nil},
		{"HEAD", "/v1/uploads/" + ref + "/0", nil},
		{"POST", "/v1/versions/" + n.String() + "/0", encoded(transport.VersionsRequest{})},
		{"POST", "/v1/versions/" + n.String() + "/1", encoded(transport.VersionsRequest{Held: transport.BitsOf(0)})},
		{"POST", "/v1/upload/" + n.String(), []byte{0x84, 0, 0, 0, 0x41, 1, 0x82, 0, 0x40}},
		{"POST", "/v1/share", pushed},
		{"POST", fmt.Sprint("/v1/push?share=", len(pushed)), append(pushed, 0x82, 0, 0x40)},
		{"POST", "/v1/announce", encoded(transport.Announcement{Author: n.Author, ID: n.ID, Items: transport.BitsOf(0), URL: at.URL, Endpoint: at.Endpoint})},
		{"POST", "/v1/deliveries", encoded(told)},
		{"GET", "/v1/originals/" + ref, nil},
		{"GET", "/v1/originals/" + ref + "?offset=0&length=1", nil},
		{"GET", "/v1/originals/" + n.String() + "?items=AQ", nil},
		{"GET", "/v1/settings", nil},
	}
}

// site is a hub and a home that have a private album, and those who may not read it.
type site struct {
	w         *labtest.World
	cam       *labtest.Camera
	home, bob *labtest.Peer
	name      collection.Name
	hub, peer http.Handler
}

func newSite(t *testing.T, cfg hub.Config) *site {
	w, cam, home, bob, name := labtest.Published(t, cfg, 2)
	o := httplink.HandlerOptions{Now: w.Now}
	return &site{w, cam, home, bob, name, httplink.HubHandler(w.Hub.Hub, o), httplink.PeerHandler(home.Station.Peer, o)}
}

// others are all kinds of callers who may not read the album, each as it calls the hub and
// the home.
func (s *site) others(t *testing.T) map[string][2]httplink.Auth {
	auth := func(p *labtest.Peer) [2]httplink.Auth {
		return [2]httplink.Auth{httplink.Bearer(p.Token), httplink.Sealed(p.Caller(), s.home.Key())}
	}
	stranger := s.w.Peer(s.w.User("mallory"), "mallory")
	revoked := s.w.Peer(s.bob.User, "stolen")
	bobs := auth(revoked)
	s.w.Revokes(revoked.Station)
	s.home.Refreshes(s.name)
	claims := stranger.Caller() // to be the recipient
	claims.User = s.bob.User
	return map[string][2]httplink.Auth{
		"nobody": {}, "a stranger": auth(stranger), "a revoked station": bobs,
		"a wrong token": {httplink.Bearer(stranger.Token + "x"), httplink.Sealed(stranger.Caller(), s.bob.Key())},
		"another name":  {httplink.Bearer(""), httplink.Sealed(claims, s.home.Key())},
	}
}

// TestOutsiderOnEveryRoute: whoever may not read a collection is refused on all routes of a
// hub and of a home, and answered the same, byte by byte, whether it is there or not.
func TestOutsiderOnEveryRoute(t *testing.T) {
	s := newSite(t, hub.Config{})
	stranger := s.w.Peer(s.w.User("eve"), "eve")
	_, data := s.cam.Encoded(s.name)
	there := asked(t, s.name, s.cam.Items[0].ID, transport.Share{Collection: data}, stranger.Source())
	none := s.cam.Album("never shared")
	_, data = s.cam.Encoded(none)
	absent := asked(t, none, s.cam.Items[0].ID, transport.Share{Collection: data}, stranger.Source())
	for who, auth := range s.others(t) {
		for at, h := range []http.Handler{s.hub, s.peer} {
			for i, r := range there {
				is, isNot := answered(t, h, r, auth[at]), answered(t, h, absent[i], auth[at])
				if is.Code != isNot.Code || is.Body.String() != isNot.Body.String() || !maps.EqualFunc(is.Header(), isNot.Header(), slices.Equal) {
					t.Errorf("%s, %s: %d %q; where there is nothing: %d %q", who, r, is.Code, is.Body, isNot.Code, isNot.Body)
				}
				if is.Code < 400 || is.Code >= 500 {
					t.Errorf("%s, %s: %d", who, r, is.Code)
				}
			}
		}
	}
}

// spellings are paths that somebody may take for others.
func spellings(n collection.Name, item collection.ItemID) []string {
	id, name := item.String(), n.String()
	ref := name + "/" + id
	author, _, _ := strings.Cut(name, "/")
	return []string{
		"/v1/versions/../../../etc/passwd/0", "/v1/versions/%2e%2e%2f%2e%2e/x/" + id + "/0", "/v1/versions/" + ref + "/00",
		"/v1/versions/" + ref + "/-1", "/v1/versions/" + ref + "/+0", "/v1/versions/" + ref + "/0?offset=-1",
		"/v1/versions/" + ref + "/0?offset=0", "/v1/versions/" + ref + "/0?offset=0&offset=1", "/v1/versions/" + ref + "/0?offset=0x1",
		"/v1/versions/" + ref + "/99999999999999999999", "/v1/versions/" + name + "/" + id[:31] + "%00/0", "/v1/versions/" + ref + "%2f0/0",
		"/v1/collections/" + author + "/%2e%2e", "/v1/links/..%2f..%2fetc", "/v1/links/%00", "/v1/originals/" + ref + "?offset=0&length=-1",
		"/v1/versions/" + strings.ToUpper(ref) + "/0", "/v1/versions/" + ref + "/0;x",
		"//v1/versions/" + ref + "/0", "/v1//versions/" + ref + "/0", "/v1/versions//" + ref + "/0", "/v1/versions/" + ref + "//0", "/v1/versions/" + ref + "/0/",
		"/V1/versions/" + ref + "/0", "/v1/Versions/" + ref + "/0", "/v1/./versions/" + ref + "/0", "/v1/x/../versions/" + ref + "/0", "/v1/versions/" + ref + "/0/.",
		"/v1%2fversions/" + ref + "/0", "/v1/versions%2f" + ref + "/0", "/v1/versions/" + strings.Replace(name, "/", "%2f", 1) + "/" + id + "/0",
		"/v1/versions/" + ref + "/0%20", "/v1/versions/" + ref + "/%30%20", "/v1/versions/" + ref + "/0%00", "/v1/versions/" + ref + "/0%0d%0aX:%20y", "/v1/versions/" + ref + "/٠",
		"/v1/versions/" + name + "/" + id + id + "/0", "/v1/versions/" + name + "/" + strings.Repeat("0", 1<<20) + "/0", "/v1/versions/" + ref + "/" + strings.Repeat("0", 1<<20),
		"/v1/versions/" + strings.Repeat("../", 1000), "/v1/" + strings.Repeat("a/", 1<<16), "/v1/collections/" + name + "/", "/v1/collections/" + name + "/..",
		"/v1/collections/" + strings.ToUpper(name), "/v1/collections/０" + name[1:], "/v1/collections/%EF%BC%90" + name[1:], "/v1/collections/0x" + name[2:], "/v1/collections/%20" + name, "/v1/updates/" + name + "%2f",
		"/v1/originals/" + name + "?items=AQ==", "/v1/originals/" + name + "?items=AQ&items=AQ", "/v1/originals/" + name + "?items=", "/v1/originals/" + name, "/v1/originals/" + ref + "?length=9223372036854775808",
		"/v1/links/", "/v1/links//0/0", "/v1/links/x/0/0/..", "/v1", "/", "/v1/", "/v2/collections/" + name, "/debug/pprof/", "/v1/../debug/vars", "*",
	}
}

// TestSpellings: no spelling of a path that is not its own opens anything, to whomever and by
// whichever method, nor is one a failure of the station's; at most it is sent to what it
// would be, without what it asks for. In short it is three methods, of three kinds.
func TestSpellings(t *testing.T) {
	methods := []string{"GET", "POST", "PROPFIND", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"}
	if testing.Short() {
		methods = methods[:3]
	}
	s := newSite(t, hub.Config{Mail: mail.Config{Channel: new(notify.Memory)}})
	reader := [2]httplink.Auth{httplink.Bearer(s.bob.Token), httplink.Sealed(s.bob.Caller(), s.home.Key())}
	for _, path := range spellings(s.name, s.cam.Items[0].ID) {
		for _, method := range methods {
			for at, h := range []http.Handler{s.hub, s.peer} {
				for _, auth := range []httplink.Auth{nil, reader[at]} {
					w := answered(t, h, requested{method, path, nil}, auth)
					if w.Code < 300 || w.Code >= 500 {
						t.Errorf("%s %.120s: %d %.60q", method, path, w.Code, w.Body)
					}
				}
			}
		}
	}
}

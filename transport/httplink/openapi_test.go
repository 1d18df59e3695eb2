package httplink

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// openAPI is what a test reads of openapi.json.
type openAPI struct {
	Paths      map[string]struct{ Get, Head, Post, Patch, Options *operation }
	Components struct {
		Schemas map[string]struct {
			Properties map[string]any
			Statuses   map[string]int `json:"x-statuses"`
		}
	}
}

type operation struct {
	Tags      []string
	Responses map[string]any
}

func readOpenAPI(t *testing.T) openAPI {
	data, err := os.ReadFile("openapi.json")
	must(t, err)
	var doc openAPI
	must(t, json.Unmarshal(data, &doc))
	return doc
}

// operations are what is described, by their routes.
func (doc openAPI) operations() map[string]operation {
	all := map[string]operation{}
	for path, on := range doc.Paths {
		for method, o := range map[string]*operation{"GET": on.Get, "HEAD": on.Head, "POST": on.Post, "PATCH": on.Patch, "OPTIONS": on.Options} {
			if o != nil {
				all[method+" "+path] = *o
			}
		}
	}
	return all
}

// served are all routes, with who serves them.
func served(t *testing.T) map[string][]string {
	all := map[string][]string{}
	add := func(who string, patterns ...string) {
		for _, p := range patterns {
			all[p] = append(all[p], who)
		}
	}
	add("hub", slices.Collect(maps.Keys(hubRoutes))...)
	add("hub", slices.Collect(maps.Keys(letterRoutes))...)
	add("peer", slices.Collect(maps.Keys(peerRoutes))...)
	add("guests", slices.Collect(maps.Keys(guestRoutes))...)
	add("joining", slices.Collect(maps.Keys(enrolRoutes(t.Context())))...)
	delete(all, "/v1/links/") // where there is nothing
	for pattern := range all {
		if route, is := strings.CutPrefix(pattern, "GET "); is && !strings.HasPrefix(route, "/v1/originals") && pattern != eventsRoute {
			all["HEAD "+route] = all[pattern]
		}
	}
	return all
}

// TestOpenAPIRoutes: each route is described, for those who serve it, and no other.
func TestOpenAPIRoutes(t *testing.T) {
	described := readOpenAPI(t).operations()
	for pattern, who := range served(t) {
		tags := described[pattern].Tags
		if !slices.Equal(slices.Sorted(slices.Values(tags)), slices.Sorted(slices.Values(who))) {
			t.Errorf("%s: served by %v, described for %v", pattern, who, tags)
		}
		delete(described, pattern)
	}
	for pattern := range described {
		t.Errorf("%s is described, and not served", pattern)
	}
}

// bodies are good ones, and queries where some must be.
var (
	bodies = map[string]any{
		"POST /v1/share": transport.Share{}, "POST /v1/push": transport.Share{}, announceRoute: transport.Announcement{},
		versionsRoute: transport.VersionsRequest{}, collectionsRoute: transport.CollectionsRequest{Known: []transport.Known{}}, feedRoute: transport.ChangesRequest{}, "POST /v1/deliveries": notify.Notification{},
		"POST /v1/verify": transport.VerifyRequest{}, "POST /v1/ids": transport.IDRequest{}, "POST /v1/keys": transport.KeyNewsRequest{},
		"POST /v1/roster": transport.RosterMessage{}, "POST /v1/channels": transport.Choice{},
	}
	queries = map[string]string{originalsRoute: "items=AQ", pushRoute: "share=1"}
)

// goodRequest is one for a route that a stub answers.
func goodRequest(t *testing.T, pattern string) *http.Request {
	method, path, _ := strings.Cut(pattern, " ")
	for name, value := range map[string]string{"author": name[1:33], "id": name[34:], "item": item[67:], "version": "0", "token": "token"} {
		if name == "item" && strings.Contains(pattern, "{token}") {
			value = "0"
		}
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	var body io.Reader = http.NoBody
	if m, has := bodies[pattern]; has {
		data, err := transport.Encode(m)
		must(t, err)
		body = strings.NewReader(string(data))
		if pattern == pushRoute {
			path += fmt.Sprintf("?share=%d", len(data))
		}
	}
	if query, has := queries[pattern]; has && pattern != pushRoute {
		path += "?" + query
	}
	r := httptest.NewRequest(method, path, body)
	r.Header.Set(lengthHeader, "10")
	r.Header.Set(offsetHeader, "0")
	r.Header.Set("Content-Type", patchType)
	return r
}

// probes are what changes a good request so that it is answered otherwise.
var probes = map[string]func(r *http.Request){
	"good":       func(*http.Request) {},
	"nobody":     func(r *http.Request) { r.Header.Set("Authorization", "nobody") },
	"known":      func(r *http.Request) { r.Header.Set("If-None-Match", "*") },
	"range":      func(r *http.Request) { r.Header.Set("Range", "bytes=0-0") },
	"no range":   func(r *http.Request) { r.Header.Set("Range", "bytes=99999-") },
	"no path":    func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, "0000", "zzzz", 1) },
	"no place":   func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, "/token/0", "/token/x", 1) },
	"a query":    func(r *http.Request) { r.URL.RawQuery += "&other=1" },
	"no message": func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("\xff")) },
	"too large": func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(endless{}), 1<<40
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "share=", "share=9999999", 1)
	},
	"too long":   func(r *http.Request) { r.Header.Set(offsetHeader, "11"); r.URL.RawQuery = "length=10" },
	"other type": func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
	"no events":  func(r *http.Request) { r.Header.Set("Accept", "text/html") },
	"no event":   func(r *http.Request) { r.Header.Set("Last-Event-ID", "1") },
	"other tus":  func(r *http.Request) { r.Header.Set(tusHeader, "0.1") },
}

// observed are the statuses that a station which takes everything answers a route with.
func observed(t *testing.T, pattern string) map[string]bool {
	statuses := map[string]bool{}
	for what, change := range probes {
		s := new(stub)
		if what == "too large" && (pattern == uploadRoute || pattern == patchRoute) {
			continue // a stream may be of any length, here
		}
		r := goodRequest(t, pattern)
		change(r)
		w := recorded(s.handler(HandlerOptions{Who: anybody{}, MaxMessage: 1000, Enrol: func(string) *enrol.Attempt { return nil }}), r)
		if r.Pattern == pattern || strings.HasPrefix(pattern, "HEAD ") && r.Pattern == "GET "+pattern[5:] {
			statuses[strconv.Itoa(w.Code)] = true
		}
	}
	return statuses
}

// TestOpenAPIStatuses: each status that the handlers themselves answer with is described, and
// no other. What stations refuse is described once, for all.
func TestOpenAPIStatuses(t *testing.T) {
	joining := joins(t)
	for pattern, o := range readOpenAPI(t).operations() {
		is := observed(t, pattern)
		if s, has := joining[pattern]; has {
			is[s] = true
		}
		if _, has := o.Responses["default"]; !has {
			t.Errorf("%s: no refusal by the station is described", pattern)
		}
		delete(o.Responses, "default")
		got, want := slices.Sorted(maps.Keys(is)), slices.Sorted(maps.Keys(o.Responses))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v are described, and the answers are %v", pattern, want, got)
		}
	}
}

// joins has a station join, and returns what the routes of that are answered with.
func joins(t *testing.T) map[string]string {
	key, err := signature.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := signature.NewSigner(key, nil)
	must(t, err)
	attempt, err := enrol.NewAttempt(t.Context(), enrol.Offer{User: collection.UserOf(signer.ID()), Key: signer.Public()}, rand.Reader)
	must(t, err)
	h := PeerHandler(stubPeer{new(stub)}, HandlerOptions{Who: anybody{}, Enrol: func(string) *enrol.Attempt { return attempt }})
	statuses := map[string]string{}
	way := roundTrip(func(q *http.Request) (*http.Response, error) {
		r := httptest.NewRequest(q.Method, q.URL.Path, q.Body)
		w := recorded(h, r)
		statuses[r.Pattern] = strconv.Itoa(w.Code)
		return w.Result(), nil
	})
	to := NewEnrolClient("http://home", "", Options{HTTP: &http.Client{Transport: way}})
	other, err := signature.GenerateKey(rand.Reader)
	must(t, err)
	joining, err := signature.NewSigner(other, nil)
	must(t, err)
	j, err := enrol.Join(t.Context(), to, joining, signature.StationPeer, "x", rand.Reader)
	must(t, err)
	go func() {
		r, err := attempt.Confirm(t.Context())
		roster, bad := r.AddTo(t.Context(), signature.Roster{}, signer)
		statement, worse := roster.MarshalBinary()
		if err := errors.Join(err, bad, worse, attempt.Admit(statement)); err != nil {
			t.Error(err)
			attempt.Refuse()
		}
	}()
	if _, err := j.Confirm(t.Context()); err != nil {
		t.Error(err)
	}
	return statuses
}

// TestOpenAPIRefusals: the errors of package transport are listed with the status of each.
func TestOpenAPIRefusals(t *testing.T) {
	listed := readOpenAPI(t).Components.Schemas["Problem"].Statuses
	want := map[string]int{"Err": http.StatusInternalServerError}
	for _, r := range refusals {
		want[r.name] = r.status
		if name, status := refusalOf(errors.Join(r.err)); name != r.name || status != r.status {
			t.Errorf("%v: %s, %d", r.err, name, status)
		}
	}
	if !maps.Equal(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
}

// TestOpenAPISchemas: what people read has the members that are described, and no others.
func TestOpenAPISchemas(t *testing.T) {
	schemas := readOpenAPI(t).Components.Schemas
	for name, view := range map[string]any{
		"Problem": problem{}, "State": jsonState{}, "End": jsonEnd{}, "Update": jsonUpdate{}, "Source": jsonSource{}, "Keys": jsonKeys{},
		"Settings": jsonSettings{}, "Contact": jsonContact{}, "Glimpse": jsonGlimpse{}, "Entry": jsonEntry{},
		"Channels": jsonChannels{}, "Parked": jsonParked{}, "ParkedLetter": jsonParkedLetter{},
	} {
		var members []string
		for f := range reflect.TypeOf(view).Fields() {
			member, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			members = append(members, member)
		}
		slices.Sort(members)
		if described := slices.Sorted(maps.Keys(schemas[name].Properties)); !slices.Equal(described, members) {
			t.Errorf("%s: described %v, read %v", name, described, members)
		}
	}
}

// TestOpenAPICollection: so has a collection, where it has all that one can have.
func TestOpenAPICollection(t *testing.T) {
	described := readOpenAPI(t).Components.Schemas["Collection"].Properties
	c := fullCollection(t)
	data, err := json.Marshal(c)
	must(t, err)
	var members map[string]any
	must(t, json.Unmarshal(data, &members))
	if got, want := slices.Sorted(maps.Keys(described)), slices.Sorted(maps.Keys(members)); !slices.Equal(got, want) {
		t.Errorf("described %v, read %v", got, want)
	}
}

// fullCollection has all that a collection can have, and has ended.
func fullCollection(t *testing.T) collection.Collection {
	key, err := signature.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := signature.NewSigner(key, nil)
	must(t, err)
	author := collection.UserID{1}
	c, err := collection.New(collection.Header{
		ID: collection.ID{1}, Author: author, Authority: signer.ID(), Created: time.Unix(1, 0), Title: "Lake", Metadata: map[string]string{"place": "lake"},
	}, collection.Body{
		Items:      []collection.Item{{ID: collection.ItemID{1}}},
		Recipients: []collection.UserID{{2}}, Addresses: []collection.Address{{3}}, Completers: []collection.UserID{{4}},
		Subs: []collection.Name{{Author: author, ID: collection.ID{2}}}, Replaces: []collection.ID{{3}},
	})
	must(t, err)
	c, err = c.Sign(t.Context(), signer, time.Time{})
	must(t, err)
	c, err = c.End(t.Context(), signer, time.Time{})
	must(t, err)
	return c
}

// TestReadableEnd: who may read nothing but that a collection has ended reads that.
func TestReadableEnd(t *testing.T) {
	var m transport.State
	for e := range fullCollection(t).Ends() {
		data, err := e.MarshalBinary()
		must(t, err)
		m.Ends = append(m.Ends, data)
	}
	view, err := viewOf(m)
	must(t, err)
	if text := string(lines(view)); !strings.Contains(text, `"ends": [`) || !strings.Contains(text, `"key"`) {
		t.Error(text)
	}
}

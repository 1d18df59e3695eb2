package httplink_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// eventStream is a feed as one reads it who has seen some of it.
type eventStream struct {
	*bufio.Reader
	io.Closer
	header http.Header
	last   string // id of the last event
}

// takeEvents asks for events behind the last one, and fails where they are refused.
func takeEvents(t *testing.T, url, token, last string) *eventStream {
	t.Helper()
	r := askEvents(t, url, token, last)
	if r.StatusCode != http.StatusOK {
		t.Fatal(r.Status)
	}
	s := &eventStream{bufio.NewReader(r.Body), r.Body, r.Header, last}
	t.Cleanup(func() { s.Close() })
	return s
}

func askEvents(t *testing.T, url, token, last string) *http.Response {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), "GET", url+"/v1/feed", nil)
	labtest.Must(t, err)
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Accept", "text/event-stream")
	if last != "" {
		q.Header.Set("Last-Event-ID", last)
	}
	r, err := http.DefaultClient.Do(q)
	labtest.Must(t, err)
	t.Cleanup(func() { r.Body.Close() })
	return r
}

// field returns the value of the next line that has a field; ok is false at the end.
func (s *eventStream) field(t *testing.T, name string) (value string, ok bool) {
	t.Helper()
	for {
		line, err := s.ReadString('\n')
		if err == io.EOF {
			return "", false
		}
		labtest.Must(t, err)
		if value, ok = strings.CutPrefix(strings.TrimSuffix(line, "\n"), name+":"); ok {
			return strings.TrimPrefix(value, " "), true
		}
	}
}

// event is what a test reads of one.
type event struct {
	Author          collection.UserID
	Collection      collection.ID
	Title, Reason   string
	Items, Labelled int
	Cover           []byte
	State           *struct{ Collection *json.RawMessage }
}

// next reads the next event.
func (s *eventStream) next(t *testing.T) (e event) {
	t.Helper()
	id, _ := s.field(t, "id")
	data, ok := s.field(t, "data")
	if !ok {
		t.Fatal("the events have ended")
	}
	labtest.Must(t, json.Unmarshal([]byte(data), &e))
	s.last = id
	return e
}

// ended reports whether no event follows before the end.
func (s *eventStream) ended(t *testing.T) bool {
	_, more := s.field(t, "id")
	return !more
}

// TestEvents: a feed comes as events, what is there and then what comes; who comes back with
// the id of one goes on behind it, and who comes with that of another feed begins anew.
func TestEvents(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam, bob := w.Camera(w.User("ann"), 2), w.Peer(w.User("bob"), "bob")
	url := served(t, w)
	first := cam.Album("first", bob.User)
	cam.Shares(first)
	s := takeEvents(t, url, bob.Token, "")
	if got := s.header.Get("Content-Type") + s.header.Get("Cache-Control"); got != "text/event-streamno-store" {
		t.Error(got)
	}
	e := s.next(t)
	if e.Author != first.Author || e.Collection != first.ID || e.Title != "first" || e.Reason != "shared" || e.Items != 2 || e.Labelled != 2 {
		t.Errorf("%+v", e)
	}
	if len(e.Cover) == 0 || e.State == nil || e.State.Collection == nil {
		t.Errorf("%+v", e)
	}
	cam.Shares(cam.Album("second", bob.User))
	if e := s.next(t); e.Title != "second" {
		t.Errorf("%+v", e)
	}
	labtest.Must(t, s.Close())
	cam.Shares(cam.Album("third", bob.User))
	another := strings.Replace(s.last, s.last[:4], "0000", 1)
	for last, want := range map[string][]string{"": {"first", "second", "third"}, s.last: {"third"}, another: {"first", "second", "third"}} {
		again := takeEvents(t, url, bob.Token, last)
		for _, title := range want {
			if e := again.next(t); e.Title != title {
				t.Errorf("behind %q: %s, want %s", last, e.Title, title)
			}
		}
	}
}

// TestEventsOfPeer: so does the feed of a peer, to who seals the request for it.
func TestEventsOfPeer(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 1)
	name, err := ann.Author.Make(t.Context(), collection.Header{Title: "Picnic"}, collection.Body{Recipients: []collection.UserID{bob.User}, Items: cam.Items}, cam.Card.Open)
	labtest.Must(t, err)
	ann.Publishes(name)
	home := httptest.NewServer(httplink.PeerHandler(ann.Peer, httplink.HandlerOptions{Now: w.Now}))
	t.Cleanup(home.Close)
	for station, want := range map[*labtest.Peer]int{ann: http.StatusOK, bob: http.StatusUnauthorized} {
		q, err := http.NewRequestWithContext(t.Context(), "GET", home.URL+"/v1/feed", nil)
		labtest.Must(t, err)
		labtest.Must(t, httplink.Sealed(bob.Caller(), station.Key())(q))
		r, err := http.DefaultClient.Do(q)
		labtest.Must(t, err)
		t.Cleanup(func() { r.Body.Close() })
		if r.StatusCode != want {
			t.Fatal(r.Status)
		}
		if s := (&eventStream{Reader: bufio.NewReader(r.Body)}); want == http.StatusOK {
			if e := s.next(t); e.Title != "Picnic" || e.Collection != name.ID {
				t.Errorf("%+v", e)
			}
		}
	}
}

// TestEventsEnd: the stream ends, and is not cut off, when the station stops, and when the
// token that it came with is no more; nothing is sent to that any more.
func TestEventsEnd(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam, bob := w.Camera(w.User("ann"), 1), w.Peer(w.User("bob"), "bob")
	laptop := w.Peer(bob.User, "laptop")
	url := served(t, w)
	stays, goes := takeEvents(t, url, laptop.Token, ""), takeEvents(t, url, bob.Token, "")
	for _, s := range []*eventStream{stays, goes} {
		if comment, ok := s.field(t, ""); comment != "" || !ok {
			t.Errorf("%q, %v", comment, ok)
		}
	}
	labtest.Must(t, w.Hub.Hub.Accounts().Revoke(t.Context(), bob.User, bob.Name))
	cam.Shares(cam.Album("title", bob.User))
	if e := stays.next(t); e.Title != "title" || !goes.ended(t) {
		t.Errorf("%+v, or the other goes on", e)
	}
	if r := askEvents(t, url, bob.Token, ""); r.StatusCode != http.StatusUnauthorized {
		t.Error(r.Status)
	}
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	if !stays.ended(t) {
		t.Error("news after the end")
	}
}

// TestEventsComments: where there is no news a comment comes each time that the hub has waited.
func TestEventsComments(t *testing.T) {
	w := labtest.New(t, hub.Config{Wait: time.Millisecond})
	s := takeEvents(t, served(t, w), w.Peer(w.User("bob"), "bob").Token, "")
	for range 5 {
		if comment, ok := s.field(t, ""); comment != "" || !ok {
			t.Errorf("%q, %v", comment, ok)
		}
	}
}

// TestEventsAreAdmitted: who takes events waits, and has no more of that at once than is
// allowed; what it takes no more counts no more.
func TestEventsAreAdmitted(t *testing.T) {
	w := labtest.New(t, hub.Config{Quotas: hub.Quotas{Waits: 2}, Wait: time.Millisecond})
	url, token := served(t, w), w.Peer(w.User("bob"), "bob").Token
	first := takeEvents(t, url, token, "")
	takeEvents(t, url, token, "")
	if r := askEvents(t, url, token, ""); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Content-Type") != "application/problem+json" {
		t.Error(r.Status, r.Header)
	}
	labtest.Must(t, first.Close())
	for r := askEvents(t, url, token, ""); r.StatusCode != http.StatusOK; r = askEvents(t, url, token, "") {
		labtest.Must(t, r.Body.Close()) // until the hub has noticed
	}
}

// cutting cuts the answers of a station off, each after a number of bytes, the last of which is
// for all that follow; it notes what they go on behind.
type cutting struct {
	http.Handler
	after []int
	asked []string
}

func (c *cutting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := c.after[min(len(c.asked), len(c.after)-1)]
	c.asked = append(c.asked, r.Header.Get("Last-Event-ID"))
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, "retry: 1\n\n")
	c.Handler.ServeHTTP(&cutOff{w, n}, r)
}

type cutOff struct {
	http.ResponseWriter
	left int
}

func (c *cutOff) WriteHeader(int) {}

func (c *cutOff) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *cutOff) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left >= 0 {
		return c.ResponseWriter.Write(p)
	}
	_, _ = c.ResponseWriter.Write(p[:c.left+len(p)])
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// TestEventSource: eventsource reads a feed, is cut off within events and between them, comes
// back, and misses and repeats nothing.
func TestEventSource(t *testing.T) {
	needs(t, "node", "node_modules/eventsource/package.json")
	w := labtest.New(t, hub.Config{})
	cam, bob := w.Camera(w.User("ann"), 1), w.Peer(w.User("bob"), "bob")
	var want strings.Builder
	titles := []string{"one", "two", "three", "four", "five", "six", "seven"}
	for _, title := range titles {
		cam.Shares(cam.Album(title, bob.User))
		want.WriteString(title + " shared\n")
	}
	c := &cutting{httplink.HubHandler(w.Hub.Hub, httplink.HandlerOptions{Now: w.Now}), []int{1, 30, 4000, 100, 9000, 1 << 30}, nil}
	s := httptest.NewServer(http.StripPrefix("/glimpse", c))
	t.Cleanup(s.Close)
	out := program(t, "node", "events.mjs", s.URL+"/glimpse/v1/feed", bob.Token, titles[len(titles)-1])
	if out != want.String() || len(c.asked) < len(c.after) || c.asked[len(c.asked)-1] == "" {
		t.Errorf("%s\nbehind %q", out, c.asked)
	}
}

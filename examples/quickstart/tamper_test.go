package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
)

// liar stands between a station and the others and changes the bodies of what
// it asks for, or of what it sends.
type liar struct {
	next         http.RoundTripper
	method, path string
	sent         bool // change what is sent, not what is received
	behind       bool // change the stream behind a message, not the message
	change       func([]byte) []byte
}

func (l liar) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != l.method || !strings.HasPrefix(r.URL.Path, l.path) {
		return l.next.RoundTrip(r)
	}
	if l.sent {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		data = l.change(data)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		return l.next.RoundTrip(r)
	}
	answer, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(answer.Header.Get("Glimpse-Size")); err == nil && n < len(data) { // a stream is behind
		message, stream := data[:n:n], data[n:]
		if l.behind {
			stream = l.change(stream)
		} else {
			message = l.change(message)
		}
		answer.Header.Set("Glimpse-Size", strconv.Itoa(len(message)))
		data = append(message, stream...)
	} else if !l.behind {
		data = l.change(data)
	}
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return answer, nil
}

// tampering plays the story with a liar at one station, and returns how it ended
// and what was stored then.
type tampering struct {
	err    error
	stored []string          // blobs of the station
	held   []label.Held      // of the collection's items, by the station
	labels int               // items with a label, as the station sees it
	names  []collection.Name // of the collections that the station knows
	result result
}

func tamper(t *testing.T, station string, liars ...liar) (got tampering) {
	t.Helper()
	dir := photos(t)
	got.err = perform(t.Context(), options{photos: dir, keep: t.TempDir(), json: true}, io.Discard, tricks{
		between: func(from string, next http.RoundTripper) http.RoundTripper {
			if from != station {
				return next
			}
			for _, l := range liars {
				l.next = next
				next = l
			}
			return next
		},
		end: func(c *cast) { got.look(t, c, station) },
	})
	return got
}

// version is the key of a small version in the log of records.
var version = regexp.MustCompile(`v/[0-9a-f]{32}/[0-9a-f]{64}`)

func (g *tampering) look(t *testing.T, c *cast, station string) {
	g.result = *c.result
	err := filepath.WalkDir(filepath.Join(c.root, strings.ToLower(station), "store"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "lock" {
			return err
		}
		if filepath.Base(filepath.Dir(path)) != "log" {
			g.stored = append(g.stored, path)
			return nil
		}
		records, err := os.ReadFile(path)
		if version.Match(records) {
			g.stored = append(g.stored, path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for _, r := range c.recipients {
		if r.name != station {
			continue
		}
		if g.names, err = r.peer.Names(context.Background()); err != nil {
			t.Error(err)
		}
		view, err := r.peer.Reader.View(context.Background(), c.camera.name)
		if err != nil {
			continue
		}
		g.labels = view.Collection().Labelled()
		for i := range view.Collection().Len() {
			g.held = append(g.held, view.Held(i))
		}
	}
}

// flip changes one bit at the given part of the whole, 0 to 1.
func flip(where float64) func([]byte) []byte {
	return func(data []byte) []byte {
		if len(data) > 0 {
			data[int(where*float64(len(data)-1))] ^= 1
		}
		return data
	}
}

// inMessage changes a message, and encodes it again, so that only seals and
// digests can find it out.
func inMessage[M any](t *testing.T, change func(*M)) func([]byte) []byte {
	return func(data []byte) []byte {
		m, err := transport.Decode[M](data)
		if err != nil {
			t.Error(err)
		}
		change(&m)
		if data, err = transport.Encode(m); err != nil {
			t.Error(err)
		}
		return data
	}
}

// inCollections changes the collection that comes with the first word on it, and the
// one that comes when it is asked for.
func inCollections(t *testing.T, change func(*transport.State)) []liar {
	withFirstWord := func(d *transport.Changes) {
		for _, one := range d.Entries {
			if one.State != nil {
				change(one.State)
			}
		}
	}
	return []liar{
		{method: "POST", path: "/v1/feed", change: inMessage(t, withFirstWord)},
		{method: "GET", path: "/v1/collections/", change: inMessage(t, change)},
	}
}

func TestTamperedCollection(t *testing.T) {
	got := tamper(t, "Bob", inCollections(t, func(s *transport.State) {
		i := bytes.Index(s.Collection, []byte("A day at the lake"))
		s.Collection = bytes.Clone(s.Collection)
		s.Collection[i] = 'B'
	})...)
	if !errors.Is(got.err, transport.ErrSeal) {
		t.Errorf("not refused for its seal: %v", got.err)
	}
	if len(got.names) > 0 || len(got.stored) > 0 {
		t.Errorf("stored: %v %v", got.names, got.stored)
	}
}

func TestCollectionThatIsNone(t *testing.T) {
	got := tamper(t, "Bob", inCollections(t, func(s *transport.State) {
		s.Collection = s.Collection[:len(s.Collection)-1]
	})...)
	if !errors.Is(got.err, transport.ErrMalformed) {
		t.Errorf("not refused as malformed: %v", got.err)
	}
	if len(got.names) > 0 || len(got.stored) > 0 {
		t.Errorf("stored: %v %v", got.names, got.stored)
	}
}

// forged returns the updates of a collection whose labels go by the word of
// somebody who may not say so.
func forged(t *testing.T, c collection.Collection) []byte {
	t.Helper()
	of, err := account.New("somebody", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := of.Signer()
	if err != nil {
		t.Fatal(err)
	}
	u, err := c.CompleteAll(collection.UserID{})
	if err == nil {
		u, err = u.Sign(context.Background(), signer, time.Unix(1.8e9, 0))
	}
	data, encodeErr := u.MarshalBinary()
	if err != nil || encodeErr != nil {
		t.Fatal(err, encodeErr)
	}
	return data
}

// The labels are to go early, by an update that the hub did not seal: it comes
// inside the notification, which says that there is nothing else new.
func TestForgedUpdateInNotification(t *testing.T) {
	testForgedUpdate(t, "forged")
}

// The update is the hub's own, with one bit of it changed.
func TestTamperedUpdateInNotification(t *testing.T) {
	testForgedUpdate(t, "tampered")
}

func testForgedUpdate(t *testing.T, how string) {
	var known collection.Digest // edition that Bob has
	var c collection.Collection
	change := inMessage(t, func(d *transport.Changes) {
		for i := range d.Entries {
			n := &d.Entries[i].Notification
			if len(n.Updates) == 0 {
				known = n.Edition
				continue
			}
			n.Edition = known
			if how == "forged" {
				n.Updates = [][]byte{forged(t, c)}
			} else {
				n.Updates[0][len(n.Updates[0])-1] ^= 1 // in the seal
			}
		}
	})
	dir := photos(t)
	var labels int
	err := perform(t.Context(), options{photos: dir, json: true}, io.Discard, tricks{
		between: func(from string, next http.RoundTripper) http.RoundTripper {
			if from != "Bob" {
				return next
			}
			return liar{next: next, method: "POST", path: "/v1/feed", change: change}
		},
		chapter: func(s *cast, n int) error {
			if n != 5 {
				return nil
			}
			view, err := s.recipients[0].peer.Reader.View(t.Context(), s.camera.name)
			c = view.Collection()
			return err
		},
		end: func(s *cast) {
			view, err := s.recipients[0].peer.Reader.View(t.Context(), s.camera.name)
			if err != nil {
				t.Fatal(err)
			}
			labels = view.Collection().Labelled()
		},
	})
	if !errors.Is(err, transport.ErrSeal) {
		t.Errorf("not refused for its seal: %v", err)
	}
	if labels != 3 {
		t.Errorf("%d labels are left of 3", labels)
	}
}

func TestTamperedOriginal(t *testing.T) {
	for name, where := range map[string]float64{"first block": 0.001, "in the middle": 0.5, "at the end": 1} {
		t.Run(name, func(t *testing.T) {
			got := tamper(t, "Bob", liar{method: "GET", path: "/v1/originals/", change: flip(where)})
			if !errors.Is(got.err, transport.ErrDigest) {
				t.Errorf("not refused for its digest: %v", got.err)
			}
			if got.result.DigestMismatches == 0 || got.result.OriginalsFetched > 0 {
				t.Errorf("%d mismatches, %d fetched", got.result.DigestMismatches, got.result.OriginalsFetched)
			}
			for i, held := range got.held {
				if held.Has(original) {
					t.Errorf("original %d is stored", i)
				}
			}
		})
	}
}

func TestTamperedThumbnail(t *testing.T) {
	got := tamper(t, "Bob", liar{method: "POST", path: "/v1/feed", behind: true, change: flip(0.5)})
	if !errors.Is(got.err, transport.ErrDigest) {
		t.Errorf("not refused for its digest: %v", got.err)
	}
	if !slices.ContainsFunc(got.held, func(h label.Held) bool { return !h.Has(thumbnail) }) {
		t.Error("all are stored")
	}
}

func TestTamperedUpload(t *testing.T) {
	got := tamper(t, "camera",
		liar{method: "POST", path: "/v1/push", sent: true, change: flip(0.5)},
		liar{method: "POST", path: "/v1/upload/", sent: true, change: flip(0.5)})
	if !errors.Is(got.err, transport.ErrDigest) {
		t.Errorf("not refused for its digest: %v", got.err)
	}
	if got.result.NotifiedFirst > 0 {
		t.Error("the recipients were told")
	}
}

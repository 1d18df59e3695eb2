package httplink

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// reading is where versions are read: by members and by guests.
var reading = []string{"/v1/versions" + item + "/0", "/v1/links/token/0/0"}

// ask returns the answer to a request that has headers, and how often the station was called.
func ask(method, path string, header ...string) (*httptest.ResponseRecorder, int) {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	s, w := new(stub), httptest.NewRecorder()
	s.handler(HandlerOptions{Who: anybody{}}).ServeHTTP(w, r)
	return w, s.calls
}

// TestRanges: of a version comes the range that is asked for, for one call of the station
// where it has a beginning; what is no range is answered by the whole (RFC 9110 §14.2).
func TestRanges(t *testing.T) {
	for header, want := range map[string]struct {
		status, calls int
		which, body   string
	}{
		"":                     {200, 1, "", "0123456789"},
		"bytes=0-":             {206, 1, "bytes 0-9/10", "0123456789"},
		"bytes=4-":             {206, 1, "bytes 4-9/10", "456789"},
		"bytes=9-":             {206, 1, "bytes 9-9/10", "9"},
		"bytes=2-4":            {206, 1, "bytes 2-4/10", "234"},
		"bytes=2-99":           {206, 1, "bytes 2-9/10", "23456789"},
		"bytes=-3":             {206, 2, "bytes 7-9/10", "789"},
		"bytes=1-2,4-5":        {200, 1, "", "0123456789"},
		"bytes=0-,0-,0-":       {200, 1, "", "0123456789"},
		"bytes=10-":            {416, 1, "bytes */10", ""},
		"bytes=11-":            {416, 2, "bytes */10", ""},
		"bytes=9999999999999-": {416, 2, "bytes */10", ""},
		"items=1-2":            {200, 1, "", "0123456789"}, "bytes": {200, 1, "", "0123456789"},
		"bytes=99999999999999999999-": {416, 1, "", ""},
	} {
		for _, path := range reading {
			w, calls := ask("GET", path, "Range", header)
			if w.Code != want.status || calls != want.calls || w.Header().Get("Content-Range") != want.which {
				t.Errorf("%s %q: %d, %q, %d calls", path, header, w.Code, w.Header().Get("Content-Range"), calls)
			}
			if w.Code < 300 && (w.Body.String() != want.body || w.Header().Get("Content-Type") != versionType || w.Header().Get("ETag") == "") {
				t.Errorf("%s %q: %q, %v", path, header, w.Body, w.Header())
			}
			if f, err := transport.Decode[transport.Fault](w.Body.Bytes()); w.Code >= 300 && (err != nil || !errors.Is(&f, transport.ErrOffset)) {
				t.Errorf("%s %q: %v, %v", path, header, f, err)
			}
		}
	}
}

// TestConditional: who has what is there already is sent nothing, and who has a part of
// something else is sent the whole.
func TestConditional(t *testing.T) {
	for _, path := range append([]string{"/v1/collections" + name, "/v1/updates" + name, "/v1/settings", "/v1/links/token"}, reading...) {
		first, _ := ask("GET", path)
		tag := first.Header().Get("ETag")
		if again, _ := ask("GET", path, "If-None-Match", `"other", `+tag); again.Code != 304 || again.Body.Len() > 0 || again.Header().Get("ETag") != tag || len(tag) != 24 {
			t.Errorf("%s: %d, %q, %q", path, again.Code, again.Body, tag)
		}
		if other, _ := ask("GET", path, "If-None-Match", `"other"`); other.Code != 200 || other.Body.String() != first.Body.String() {
			t.Errorf("%s: %d", path, other.Code)
		}
		if head, _ := ask("HEAD", path); head.Code != 200 || head.Body.Len() > 0 || head.Header().Get("Content-Length") != first.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %d %v", path, head.Code, head.Header())
		}
	}
	for tag, want := range map[string]int{etag(collection.Digest{1}): 206, `"other"`: 200, "W/" + etag(collection.Digest{1}): 200} {
		if w, _ := ask("GET", reading[0], "Range", "bytes=4-", "If-Range", tag); w.Code != want {
			t.Errorf("If-Range %s: %d", tag, w.Code)
		}
	}
}

// TestTagsTellVersionsApart: what is another message, or another version, has another tag.
func TestTagsTellVersionsApart(t *testing.T) {
	p := &telling{}
	h := HubHandler(stubHub{p, p}, HandlerOptions{Who: anybody{}})
	seen := map[string]bool{}
	for p.n = range 3 {
		for _, path := range []string{"/v1/collections" + name, "/v1/updates" + name} {
			seen[answer(h, "GET", path, nil).Header().Get("ETag")] = true
		}
	}
	if len(seen) != 5 { // the two are the same where there is nothing
		t.Errorf("%d tags: %v", len(seen), seen)
	}
}

// telling is a hub that tells something else with each n.
type telling struct {
	stub
	n int
}

func (p *telling) Collection(context.Context, collection.Name) (transport.State, error) {
	return transport.State{Collection: digits[:p.n]}, nil
}

func (p *telling) Updates(context.Context, collection.Name) (transport.State, error) {
	return transport.State{Edition: collection.Digest{byte(p.n)}}, nil
}

// TestRangeBreaks: a range that breaks off at the station, ends before its end, or cannot be
// opened any more, does so at the caller.
func TestRangeBreaks(t *testing.T) {
	for what, rest := range map[string]func() (*transport.Stream, error){
		"breaks": func() (*transport.Stream, error) {
			return &transport.Stream{ReadCloser: io.NopCloser(io.MultiReader(strings.NewReader("7"), iotest.ErrReader(errors.New("disk")))), Size: 10}, nil
		},
		"ends": func() (*transport.Stream, error) {
			return &transport.Stream{ReadCloser: io.NopCloser(strings.NewReader("7")), Size: 10}, nil
		},
		"gone": func() (*transport.Stream, error) { return nil, transport.ErrNotFound },
	} {
		p := &breaking{rest: rest}
		server := httptest.NewServer(HubHandler(stubHub{p, p}, HandlerOptions{Who: anybody{}}))
		r, err := http.NewRequest("GET", server.URL+reading[0], nil)
		must(t, err)
		r.Header.Set("Range", "bytes=-3")
		answer, err := server.Client().Do(r)
		if err == nil {
			var data []byte
			if data, err = io.ReadAll(answer.Body); err == nil {
				t.Errorf("%s: all came: %q", what, data)
			}
			answer.Body.Close()
		}
		server.Close()
	}
}

// breaking is a hub whose versions are well from their beginning alone.
type breaking struct {
	stub
	rest func() (*transport.Stream, error)
}

func (b *breaking) Version(_ context.Context, _ transport.Ref, offset int64) (*transport.Stream, error) {
	if offset == 0 {
		return b.open(0)
	}
	return b.rest()
}

// TestEndOfVersion: what follows the end of a version is nothing, and what follows that is no
// part of it.
func TestEndOfVersion(t *testing.T) {
	c := clientOf(t, new(stub).handler(HandlerOptions{Who: anybody{}}))
	for _, open := range []func(int64) (*transport.Stream, error){
		func(at int64) (*transport.Stream, error) { return c.Version(t.Context(), transport.Ref{}, at) },
		func(at int64) (*transport.Stream, error) { return c.GuestVersion(t.Context(), "token", 0, 0, at) },
	} {
		for at := range 11 {
			s, err := open(int64(at))
			must(t, err)
			if data, err := io.ReadAll(s); string(data) != string(digits[at:]) || err != nil || s.Size != 10 {
				t.Errorf("from %d: %q of %d, %v", at, data, s.Size, err)
			}
			must(t, s.Close())
		}
		if _, err := open(11); !errors.Is(err, transport.ErrOffset) {
			t.Error(err)
		}
	}
}

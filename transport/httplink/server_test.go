package httplink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// answer returns a handler's answer to a request.
func answer(h http.Handler, method, path string, body io.Reader) *httptest.ResponseRecorder {
	return recorded(h, httptest.NewRequest(method, path, body))
}

func recorded(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const (
	name = "/00000000000000000000000000000001/00000000000000000000000000000002"
	item = name + "/00000000000000000000000000000003"
)

// TestQuery: what a query cannot mean is refused, and reaches no station.
func TestQuery(t *testing.T) {
	const original = "/v1/originals" + item
	for query, want := range map[string]int{
		"": 200, "?": 200, "?offset=0": 200, "?offset=10": 200, "?offset=11": 409,
		"?offset": 400, "?offset=": 400, "?offset=-1": 400, "?offset=%2B1": 400, "?offset=+1": 400, "?offset=01": 400, "?offset=-0": 400,
		"?offset=1.0": 400, "?offset=0x1": 400, "?offset=1_0": 400, "?offset=9223372036854775808": 400, "?offset=1&offset=1": 400,
		"?Offset=1": 400, "?offset=1;length=2": 400, "?offset=%zz": 400, "?other=1": 400, "?offset=1&other": 400, "?length=-1": 400, "?=": 400,
	} {
		versions := 400 // which have ranges
		if query == "" || query == "?" {
			versions = 200
		}
		for path, want := range map[string]int{original: want, "/v1/versions" + item + "/0": versions, "/v1/links/token/0/0": versions} {
			s := new(stub)
			w := answer(s.handler(HandlerOptions{Who: anybody{}}), "GET", path+query, nil)
			if w.Code != want || (s.calls > 0) != (want != 400) {
				t.Errorf("%s%s: %d, want %d, after %d calls", path, query, w.Code, want, s.calls)
			}
		}
	}
	s := new(stub)
	if w := answer(s.handler(HandlerOptions{Who: anybody{}}), "GET", original+"?offset=1&length=2", nil); w.Code != 200 || w.Body.String() != "123456789" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestPath: there is nothing at a path that is none, nor a HEAD of an original.
func TestPath(t *testing.T) {
	for _, request := range []string{
		"GET /", "GET /v1", "GET /v2/settings", "POST /v1/settings", "DELETE /v1/collections" + name, "GET /v1/share",
		"GET /v1/collections/1/2", "GET /v1/collections" + name[:65], "GET /v1/collections" + item, "GET /v1/collections/" + name[1:33] + "/..%2f..",
		"GET /v1/versions" + item + "/-1", "GET /v1/versions" + item + "/+0", "GET /v1/versions" + item + "/00", "GET /v1/versions" + item + "/14",
		"GET /v1/versions" + item + "/256", "GET /v1/links/token/-1/0", "GET /v1/links/token/0/-1", "GET /v1/links/token/2147483648/0", "GET /v1/links/token/0x0/0",
		"GET /v1/links/", "POST /v1/links/token", "HEAD /v1/feed", "HEAD /v1/originals" + item, "HEAD /v1/originals" + name + "?items=AQ",
	} {
		s := new(stub)
		method, path, _ := strings.Cut(request, " ")
		if w := answer(s.handler(HandlerOptions{Who: anybody{}}), method, path, nil); w.Code != http.StatusNotFound || s.calls > 0 {
			t.Errorf("%s: %d, %d calls", request, w.Code, s.calls)
		}
	}
}

// TestMessageBounds: a message that is too large, or breaks off, reaches no station
// and is no failure of the server's.
func TestMessageBounds(t *testing.T) {
	for what, c := range map[string]struct {
		body io.Reader
		want int
	}{
		"too large":  {bytes.NewReader(make([]byte, 1001)), http.StatusRequestEntityTooLarge},
		"endless":    {endless{}, http.StatusRequestEntityTooLarge},
		"broken off": {io.MultiReader(bytes.NewReader([]byte{0xa1}), iotest.ErrReader(io.ErrUnexpectedEOF)), http.StatusBadRequest},
		"nothing":    {http.NoBody, http.StatusBadRequest},
	} {
		for _, path := range []string{"share", "announce", "feed", "deliveries", "verify", "ids"} {
			s, log := new(stub), new(bytes.Buffer)
			o := HandlerOptions{Who: anybody{}, MaxMessage: 1000, Log: slog.New(slog.NewTextHandler(log, nil))}
			w := answer(s.handler(o), "POST", "/v1/"+path, c.body)
			if w.Code != c.want || s.calls > 0 || strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("%s at %s: %d, %d calls\n%s", what, path, w.Code, s.calls, log)
			}
			if seeker, ok := c.body.(io.Seeker); ok {
				seeker.Seek(0, io.SeekStart)
			}
		}
	}
}

// TestGoneAway: a caller who waits and goes away, as every page that is left does, is no failure of
// the server's; the same error from the station is one.
func TestGoneAway(t *testing.T) {
	for _, gone := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		log := new(bytes.Buffer)
		s := newServer(HandlerOptions{Log: slog.New(slog.NewTextHandler(log, nil))})
		if gone {
			cancel()
		}
		w := httptest.NewRecorder()
		s.refuse(w, httptest.NewRequestWithContext(ctx, "POST", "/v1/feed", nil), collection.UserID{}, context.Canceled)
		if failed := strings.Contains(log.String(), "level=ERROR"); failed == gone {
			t.Errorf("gone %v: %s", gone, log)
		}
	}
}

// TestPushBounds: of a push that does not say how long its share is, or too long a one, or
// whose share is none, nothing reaches a station.
func TestPushBounds(t *testing.T) {
	share, err := transport.Encode(transport.Share{})
	must(t, err)
	for query, want := range map[string]int{
		"": http.StatusBadRequest, "?share=": http.StatusBadRequest, "?share=-1": http.StatusBadRequest, "?share=0x4": http.StatusBadRequest,
		"?share=0": http.StatusBadRequest, "?share=1": http.StatusBadRequest, "?share=4&offset=0": http.StatusBadRequest, "?share=4&share=4": http.StatusBadRequest,
		"?share=5": http.StatusBadRequest, "?share=1001": http.StatusRequestEntityTooLarge, "?share=9223372036854775807": http.StatusRequestEntityTooLarge,
		fmt.Sprintf("?share=%d", len(share)): http.StatusOK,
	} {
		s := new(stub)
		w := answer(s.handler(HandlerOptions{Who: anybody{}, MaxMessage: 1000}), "POST", "/v1/push"+query, bytes.NewReader(append(share, digits...)))
		if w.Code != want || s.calls > 0 != (want == http.StatusOK) {
			t.Errorf("%q: %d, %d calls", query, w.Code, s.calls)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// broken returns a version that breaks off at the station.
type broken struct {
	stub
	text string
}

func (b *broken) Version(context.Context, transport.Ref, int64) (*transport.Stream, error) {
	r := io.MultiReader(strings.NewReader(b.text), iotest.ErrReader(errors.New("disk failure at /secret")))
	return &transport.Stream{ReadCloser: io.NopCloser(r), Size: 1 << 20}, nil
}

func (b *broken) Versions(ctx context.Context, _ collection.Name, _ int, _ transport.Bits) (io.ReadCloser, error) {
	return b.Version(ctx, transport.Ref{}, 0)
}

// TestBrokenVersion: what breaks off at the station does so at the caller, after
// what there was.
func TestBrokenVersion(t *testing.T) {
	for _, n := range []int{0, 1, 100, 100_000} {
		b := &broken{text: strings.Repeat("x", n)}
		c := clientOf(t, HubHandler(stubHub{b, b}, HandlerOptions{Who: anybody{}}))
		stream, err := c.Version(t.Context(), transport.Ref{Collection: collection.Name{}}, 0)
		if err != nil {
			continue // nothing was sent yet
		}
		if data, err := io.ReadAll(stream); err == nil || len(data) > n {
			t.Errorf("%d of %d bytes, %v", len(data), n, err)
		}
		must(t, stream.Close())
		all, err := c.Versions(t.Context(), collection.Name{}, 0, nil)
		must(t, err)
		if data, err := io.ReadAll(all); err == nil || len(data) != n {
			t.Errorf("%d of %d bytes of all versions, %v", len(data), n, err)
		}
		must(t, all.Close())
	}
}

// TestLinksAreKept from those who look into logs and caches.
func TestLinksAreKept(t *testing.T) {
	log := new(bytes.Buffer)
	h := new(stub).handler(HandlerOptions{Who: anybody{}, Log: slog.New(slog.NewTextHandler(log, nil))})
	for _, path := range []string{"", "/0/0", "/0/0?offset=99", "/x/0", "/0/0/0"} {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			w := answer(h, method, "/v1/links/secret"+path, nil)
			if w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "private" {
				t.Errorf("%s %s: %v", method, path, w.Header())
			}
		}
	}
	for _, path := range []string{"//v1/links/", "/v1//links/", "/V1/links/", "/v1/Links/", "/c/", "/v1/link/", "/v1/links%2f", "/v1/./links/", "/v1/share/", "/"} {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			answer(h, method, path+"secret", nil)
		}
	}
	if strings.Contains(log.String(), "secret") {
		t.Error(log)
	}
}

// TestNoURLInErrors: nor do the errors of a client hold them.
func TestNoURLInErrors(t *testing.T) {
	c := NewClient("http://127.0.0.1:0", nil, Options{})
	if _, err := c.Glimpse(t.Context(), "secret"); !errors.Is(err, transport.ErrUnreachable) || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

// TestNoQuery: no route takes a query that it does not have.
func TestNoQuery(t *testing.T) {
	for pattern := range served(t) {
		s, r := new(stub), goodRequest(t, pattern)
		r.URL.RawQuery += "&other=1"
		w := recorded(s.handler(HandlerOptions{Who: anybody{}, Enrol: func(string) *enrol.Attempt { return new(enrol.Attempt) }}), r)
		if r.Method != http.MethodOptions && (w.Code != http.StatusBadRequest || s.calls > 0) {
			t.Errorf("%s: %d", pattern, w.Code)
		}
	}
}

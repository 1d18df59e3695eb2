package httplink

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// newRequest is a request with a sealed header.
func newRequest(tb testing.TB, c Caller, method, path string, body []byte) *http.Request {
	r, err := http.NewRequest(method, "http://host"+path, bytes.NewReader(body))
	must(tb, err)
	must(tb, Sealed(c, called)(r))
	return r
}

// take has a request authenticated as one for a route, and its body read.
func take(who Authenticator, r *http.Request, pattern string) error {
	r.Pattern = pattern
	if _, err := who.Authenticate(r); err != nil {
		return err
	}
	_, err := io.ReadAll(r.Body)
	return err
}

// TestSealCovers: a seal is good for one request, of one method, with one path and
// one body, to one user, and a message goes through once.
func TestSealCovers(t *testing.T) {
	c, keys := sealer(t)
	for what, change := range map[string]func(*http.Request){
		"method":       func(r *http.Request) { r.Method = "PUT" },
		"path":         func(r *http.Request) { r.URL.Path = "/v1/announce" },
		"query":        func(r *http.Request) { r.URL.RawQuery = "offset=1" },
		"body":         func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(digits[1:])) },
		"no body":      func(r *http.Request) { r.Body = http.NoBody },
		"a longer one": func(r *http.Request) { r.Body = io.NopCloser(io.MultiReader(r.Body, bytes.NewReader(digits))) },
		"no seal":      func(r *http.Request) { r.Header.Del("Authorization") },
	} {
		who := BySeal(keys, called, fixed)
		good := newRequest(t, c, "POST", "/v1/share", digits)
		bad := good.Clone(t.Context())
		change(bad)
		if err := take(who, bad, "POST /v1/share"); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("another %s: %v", what, err)
		}
		good.Body, _ = good.GetBody()
		if err := take(who, good, "POST /v1/share"); err != nil {
			t.Errorf("after another %s: %v", what, err)
		}
		good.Body, _ = good.GetBody()
		if err := take(who, good, "POST /v1/share"); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("once more: %v", err)
		}
	}
	for _, method := range []string{"GET", "POST"} {
		if err := take(BySeal(keys, collection.KeyID{3}, fixed), newRequest(t, c, method, "/v1/share", nil), ""); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("%s to another user: %v", method, err)
		}
	}
}

// TestSealedStream: a stream goes without a digest where streams are taken, once,
// and nowhere else.
func TestSealedStream(t *testing.T) {
	c, keys := sealer(t)
	who := BySeal(keys, called, fixed)
	stream := func() *http.Request {
		r, err := http.NewRequest("POST", "http://host/v1/upload/a/b", io.NopCloser(bytes.NewReader(digits)))
		must(t, err)
		must(t, Sealed(c, called)(r))
		return r
	}
	r := stream()
	if err := take(who, r, uploadRoute); err != nil {
		t.Error(err)
	}
	if err := take(who, r, uploadRoute); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("once more: %v", err)
	}
	for _, pattern := range []string{"POST /v1/share", "/", ""} {
		if err := take(who, stream(), pattern); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("at %q: %v", pattern, err)
		}
	}
}

// TestSealedPush: of a push the seal covers the share, once, and no other length of it;
// the stream behind may be any.
func TestSealedPush(t *testing.T) {
	c, keys := sealer(t)
	const size = 4
	push := func() *http.Request {
		r := newRequest(t, c, "POST", "/v1/push?share=4", digits[:size])
		r.Body = io.NopCloser(bytes.NewReader(digits))
		return r
	}
	for what, change := range map[string]func(*http.Request){
		"share":   func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(digits[1:])) },
		"length":  func(r *http.Request) { r.URL.RawQuery = "share=5" },
		"half":    func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(digits[:2])) },
		"no body": func(r *http.Request) { r.Body = http.NoBody },
	} {
		who := BySeal(keys, called, fixed)
		bad := push()
		change(bad)
		if err := take(who, bad, pushRoute); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("another %s: %v", what, err)
		}
		for _, reader := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
			good := push()
			good.Body = io.NopCloser(reader(good.Body))
			if err := take(who, good, pushRoute); err != nil {
				t.Errorf("after another %s: %v", what, err)
			}
			good.Body = io.NopCloser(bytes.NewReader(digits))
			if err := take(who, good, pushRoute); !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("once more: %v", err)
			}
		}
	}
	for _, query := range []string{"", "?share=-1", "?share=x", "?share=4&share=4", "?offset=4"} {
		r := newRequest(t, c, "POST", "/v1/push"+query, digits)
		if err := take(BySeal(keys, called, fixed), r, pushRoute); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%q: %v", query, err)
		}
	}
}

// TestSealedPushRefused: who takes a push whose share is another never sees the end of it.
func TestSealedPushRefused(t *testing.T) {
	c, keys := sealer(t)
	r := newRequest(t, c, "POST", "/v1/push?share=4", digits[:4])
	r.Body, r.Pattern = io.NopCloser(bytes.NewReader(digits[1:])), pushRoute
	_, err := BySeal(keys, called, fixed).Authenticate(r)
	must(t, err)
	for range 2 {
		if n, err := io.ReadFull(r.Body, make([]byte, 4)); n == 4 || !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("%d bytes, %v", n, err)
		}
	}
}

// TestSealedIdentity: a station knows the key that has called, and the body of a GET
// is nobody's.
func TestSealedIdentity(t *testing.T) {
	c, keys := sealer(t)
	r := newRequest(t, c, "GET", "/v1/settings", nil)
	r.Body = io.NopCloser(bytes.NewReader(digits))
	got, err := BySeal(keys, called, fixed).Authenticate(r)
	must(t, err)
	if want := (transport.Identity{User: c.User, Key: c.Signer.(*signature.Signer).Public().ID()}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if body, err := io.ReadAll(r.Body); len(body) > 0 || err != nil {
		t.Errorf("%q, %v", body, err)
	}
}

// TestSlowBody: a message that comes when its seal is over is refused, whenever its
// header came: what was taken in between may be forgotten.
func TestSlowBody(t *testing.T) {
	c, keys := sealer(t)
	clock := at
	who := BySeal(keys, called, func() time.Time { return clock })
	r := newRequest(t, c, "POST", "/v1/share", digits)
	_, err := who.Authenticate(r)
	must(t, err)
	clock = at.Add(maxSkew + time.Second)
	if _, err := io.ReadAll(r.Body); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Error(err)
	}
}

// TestProofSize: a request that reads costs a caller a header of 300 bytes beside
// its key statement, one that changes something 380.
func TestProofSize(t *testing.T) {
	c, _ := sealer(t)
	for method, most := range map[string]int{"GET": 300, "POST": 380} {
		if n := len(newRequest(t, c, method, "/", digits).Header.Get("Authorization")); n > most {
			t.Errorf("%s: %d bytes", method, n)
		}
	}
}

// TestUnknownBody: who is not known is refused before its body is read.
func TestUnknownBody(t *testing.T) {
	_, keys := sealer(t)
	stranger, _ := sealer(t)
	s := new(stub)
	for _, method := range []string{"POST", "PATCH"} {
		r := newRequest(t, stranger, method, "/v1/share", digits)
		r.Body = unread{t}
		w := httptest.NewRecorder()
		s.handler(HandlerOptions{Who: BySeal(keys, called, fixed)}).ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || s.calls > 0 {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}

func (unread) Close() error { return nil }

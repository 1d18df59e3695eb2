package httplink

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// FuzzProof feeds headers to the authentication: it never panics, and lets
// nobody in whose seal is not over the request.
func FuzzProof(f *testing.F) {
	caller, keys := sealer(f)
	who := BySeal(keys, called, fixed)
	good := newRequest(f, caller, "GET", "/v1/originals", nil)
	if got, err := who.Authenticate(good); got.User != caller.User || err != nil {
		f.Fatalf("the good request: %v, %v", got, err)
	}
	data, err := base64.RawURLEncoding.DecodeString(good.Header.Get("Authorization")[len("Glimpse "):])
	must(f, err)
	f.Add(data)
	post, err := base64.RawURLEncoding.DecodeString(newRequest(f, caller, "POST", "/v1/share", digits).Header.Get("Authorization")[len("Glimpse "):])
	must(f, err)
	f.Add(post)
	f.Fuzz(func(t *testing.T, proof []byte) {
		header := "Glimpse " + base64.RawURLEncoding.EncodeToString(proof)
		r := httptest.NewRequest("GET", "/v1/originals", nil)
		r.Header.Set("Authorization", header)
		if _, err := who.Authenticate(r); err == nil && string(proof[:18]) != string(data[:18]) {
			t.Errorf("let in with %x", proof)
		}
		r = httptest.NewRequest("GET", "/v1/share", nil)
		r.Header.Set("Authorization", header)
		if got, err := who.Authenticate(r); err == nil {
			t.Errorf("%v let in to another path with %x", got, proof)
		}
		r = httptest.NewRequest("POST", "/v1/share", bytes.NewReader(digits[1:]))
		r.Header.Set("Authorization", header)
		if _, err := who.Authenticate(r); err == nil {
			if got, err := io.ReadAll(r.Body); err == nil {
				t.Errorf("%x taken with %x", got, proof)
			}
		}
	})
}

// FuzzPush feeds bodies to the authentication of a push: whatever comes, and however it
// is read, no other share than the one that was sealed is let through.
func FuzzPush(f *testing.F) {
	caller, keys := sealer(f)
	sealed := newRequest(f, caller, "POST", "/v1/push?share=4", digits[:4])
	f.Add(digits, 4)
	f.Add(digits[:4], 1)
	f.Add(digits[1:], 3)
	f.Add(digits[:3], 9)
	f.Fuzz(func(t *testing.T, body []byte, step int) {
		r := sealed.Clone(t.Context())
		r.Body, r.Pattern = io.NopCloser(bytes.NewReader(body)), pushRoute
		_, err := BySeal(keys, called, fixed).Authenticate(r)
		must(t, err)
		var got []byte
		p := make([]byte, 1+uint(step)%16)
		for err == nil {
			var n int
			n, err = r.Body.Read(p)
			got = append(got, p[:n]...)
		}
		if good := bytes.HasPrefix(body, digits[:4]); len(got) >= 4 && !good || good && !bytes.Equal(got, body) {
			t.Errorf("of %x came %x", body, got)
		}
	})
}

// FuzzRequest feeds requests to a server: it never panics, answers all of them, and
// what it refuses reaches no station.
func FuzzRequest(f *testing.F) {
	message, err := transport.Encode(transport.ChangesRequest{})
	must(f, err)
	const name = "/00000000000000000000000000000001/00000000000000000000000000000002"
	for _, seed := range []string{
		"GET /v1/collections" + name, "GET /v1/versions" + name + name[:33] + "/0?offset=3",
		"GET /v1/originals" + name + name[:33] + "?length=1&offset=3", "PATCH /v1/uploads" + name + name[:33] + "/0?length=1", "POST /v1/uploads" + name + name[:33] + "/0",
		"POST /v1/upload" + name, "POST /v1/push?share=1", "POST /v1/versions" + name + "/0", "POST /v1/feed", "GET /v1/feed", "GET /v1/links/token/0/1?offset=9", "HEAD /v1/links/token", "GET /v1/links/..",
	} {
		f.Add([]byte(seed + " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n" + string(message)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, header := range []string{"", "nobody"} {
			r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(data)))
			if err != nil {
				return
			}
			r.Header.Set("Authorization", header)
			s, w := &stub{noLinks: header != ""}, httptest.NewRecorder()
			s.handler(HandlerOptions{Who: anybody{}}).ServeHTTP(w, r)
			if w.Code >= 500 || header != "" && (w.Code < 300 || s.calls > 0) {
				t.Errorf("%s %s by %q: %d, %d calls", r.Method, r.URL, header, w.Code, s.calls)
			}
		}
	})
}

// FuzzAnswer feeds answers to a client: it never panics, and takes none for good
// that has not the form of one.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"200 OK\r\nContent-Type: application/cbor\r\n\r\n\xa1\x01\x03", "204 No Content\r\nGlimpse-Size: 10\r\n\r\n",
		"200 OK\r\nGlimpse-Size: 10\r\nContent-Length: 6\r\n\r\n456789", "404 Not Found\r\n\r\n\xa1\x01\x01", "301 Moved\r\nLocation: /\r\n\r\n",
	} {
		f.Add([]byte("HTTP/1.1 " + seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r *http.Response
		c := NewClient("http://host", nil, Options{HTTP: &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
			var err error
			r, err = http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), q)
			return r, err
		})}})
		for what, call := range calls {
			if err := call(t.Context(), c); err == nil && r.StatusCode != http.StatusOK && r.StatusCode != http.StatusNoContent {
				t.Errorf("%s: %s", what, r.Status)
			}
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

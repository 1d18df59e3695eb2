package httplink

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// partial is a hub that keeps one version, of which it takes no more than a part at once.
type partial struct {
	stub
	data []byte
	most int64
}

func (p *partial) PutVersion(_ context.Context, _ transport.Ref, offset int64, data io.Reader) (int64, error) {
	n := int64(len(p.data))
	if data == nil {
		return n, nil
	}
	if offset != n {
		return n, transport.ErrOffset
	}
	more, err := io.ReadAll(io.LimitReader(data, p.most))
	p.data = append(p.data, more...)
	if rest, _ := io.ReadAll(data); err == nil && len(rest) > 0 {
		err = transport.At(transport.ErrStorage, "part")
	}
	return int64(len(p.data)), err
}

// send is one request of a tus client, whose headers come in pairs.
func send(h http.Handler, method, to, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, to, strings.NewReader(body))
	r.Header.Set(tusHeader, tusVersion)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return recorded(h, r)
}

const uploads = "/v1/uploads" + item + "/1"

// TestTus: an upload that breaks off goes on where it was, for one who knows nothing but what
// the protocol says, also below a path that the hub does not know of.
func TestTus(t *testing.T) {
	p := &partial{most: 4}
	h := http.StripPrefix("/glimpse", HubHandler(stubHub{p, p}, HandlerOptions{Who: anybody{}}))
	made := send(h, "POST", "/glimpse"+uploads, "", lengthHeader, "10", "Upload-Metadata", "filename eA==")
	base, err := url.Parse("http://example.com/glimpse" + uploads)
	must(t, err)
	at, err := base.Parse(made.Header().Get("Location"))
	if err != nil || made.Code != http.StatusCreated || made.Header().Get(tusHeader) != tusVersion || at.Path != base.Path {
		t.Fatalf("%d %v, %v", made.Code, made.Header(), err)
	}
	for tries := 0; ; tries++ {
		now := send(h, "HEAD", at.String(), "")
		if now.Code != 200 || now.Header().Get(lengthHeader) != "10" || now.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", now.Code, now.Header())
		}
		n, ok := number(now.Header().Get(offsetHeader))
		if !ok || n != int64(len(p.data)) || tries > 3 {
			t.Fatalf("%v after %d tries", now.Header(), tries)
		}
		if n == 10 {
			break
		}
		w := send(h, "PATCH", at.String(), string(digits[n:]), offsetHeader, now.Header().Get(offsetHeader), "Content-Type", patchType)
		if got, _ := number(w.Header().Get(offsetHeader)); got != min(n+4, 10) || (w.Code == http.StatusNoContent) != (got == 10) {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
	}
	if string(p.data) != string(digits) {
		t.Errorf("%q came", p.data)
	}
}

// TestTusRefuses what the protocol says is to be refused, and reaches no station with it.
func TestTusRefuses(t *testing.T) {
	good := []string{offsetHeader, "0", "Content-Type", patchType, lengthHeader, "10"}
	for what, c := range map[string]struct {
		method, query string
		header        []string
		want          int
	}{
		"good":                    {"PATCH", "?length=10", nil, 204},
		"good, of no length":      {"PATCH", "", nil, 204},
		"another tus":             {"PATCH", "", []string{tusHeader, "0.2.2"}, 412},
		"another tus that begins": {"POST", "", []string{tusHeader, "2.0.0"}, 412},
		"another tus that asks":   {"HEAD", "", []string{tusHeader, "1.0"}, 412},
		"another type":            {"PATCH", "", []string{"Content-Type", contentType}, 415},
		"no offset":               {"PATCH", "", []string{offsetHeader, ""}, 400},
		"a negative offset":       {"PATCH", "", []string{offsetHeader, "-1"}, 400},
		"more than its length":    {"PATCH", "?length=9", nil, 413},
		"beyond its length":       {"PATCH", "?length=9", []string{offsetHeader, "10"}, 413},
		"a negative length":       {"PATCH", "?length=-1", nil, 400},
		"something else":          {"PATCH", "?offset=0", nil, 400},
		"begun without a length":  {"POST", "", []string{lengthHeader, ""}, 400},
		"begun, length to come":   {"POST", "", []string{lengthHeader, "", deferHeader, "1"}, 201},
		"begun":                   {"POST", "", nil, 201},
		"asked":                   {"HEAD", "", nil, 200},
	} {
		s := new(stub)
		w := send(s.handler(HandlerOptions{Who: anybody{}}), c.method, uploads+c.query, string(digits), append(good[:len(good):len(good)], c.header...)...)
		if w.Code != c.want || (s.calls > 0) != (c.want < 300) || w.Header().Get(tusHeader) != tusVersion || (w.Header().Get("Tus-Version") != "") != (w.Code == 412) {
			t.Errorf("%s: %d, %d calls, %v", what, w.Code, s.calls, w.Header())
		}
	}
	if w := send(new(stub).handler(HandlerOptions{Who: anybody{}}), "OPTIONS", uploads, ""); w.Code != 204 || w.Header().Get("Tus-Extension") != "creation" || w.Header().Get("Tus-Version") != tusVersion {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestStoredRefused: who asks how much is stored hears why not, though the answer has no body.
func TestStoredRefused(t *testing.T) {
	for refused, want := range map[error]error{
		transport.ErrNotFound: transport.ErrNotFound, transport.ErrNotAsked: transport.ErrNotAsked,
		transport.ErrForbidden: transport.ErrForbidden, transport.ErrClosed: transport.ErrStopped, // it is another one that is closed
	} {
		s := new(stub)
		c := clientOf(t, HubHandler(stubHub{hasty{s, transport.At(refused, "place")}, s}, HandlerOptions{Who: anybody{}}))
		if _, err := c.PutVersion(t.Context(), transport.Ref{}, 0, nil); !errors.Is(err, want) || !strings.HasSuffix(err.Error(), ": place") {
			t.Errorf("%v: %v", want, err)
		}
	}
}

// TestChunks: what is less than the rest of a version breaks off, so that the station keeps it,
// and is no failure of who sends it; without a length it is the rest.
func TestChunks(t *testing.T) {
	for query, want := range map[string]error{"?length=20": errChunk, "?length=10": nil, "": nil} {
		s := &ending{}
		w := send(HubHandler(stubHub{s, s}, HandlerOptions{Who: anybody{}}), "PATCH", uploads+query, string(digits), offsetHeader, "0", "Content-Type", patchType)
		if w.Code != http.StatusNoContent || w.Header().Get(offsetHeader) != "10" || !errors.Is(s.err, want) {
			t.Errorf("%q: %d %v, ended by %v", query, w.Code, w.Header(), s.err)
		}
	}
}

// ending is a hub that notes how a version has ended.
type ending struct {
	stub
	err error
}

func (e *ending) PutVersion(_ context.Context, _ transport.Ref, _ int64, data io.Reader) (int64, error) {
	var n int64
	n, e.err = io.Copy(io.Discard, data)
	return n, e.err
}

package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/glimpse-go/glimpse/transport/httplink"
)

// link is how one process of a station reaches the others.
type link struct {
	*Network
	from   string
	starts int // of from, when its process began
}

// errLost is what becomes of a request or an answer that does not arrive.
var errLost = errors.New("lab")

func lost(m Message, what string) error {
	return fmt.Errorf("%w: %s → %s: %s", errLost, m.From, m.To, what)
}

// RoundTrip implements http.RoundTripper.
func (l link) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := ReadBody(&r.Body)
	if err != nil {
		return nil, err
	}
	m := MessageOf(l.from, r)
	m.To = l.behind(m.To)
	f, arrives := l.draw()
	if arrives != nil {
		arrives()
	}
	if h, _ := l.open(l.from, l.starts, m.To); h == nil {
		return nil, lost(m, "no way")
	}
	l.wait(f.there)
	h, before := l.open(l.from, l.starts, m.To)
	if h == nil || f.loseRequest {
		return nil, lost(m, "request lost")
	}
	if err := httplink.CheckKey(r.Context(), h.key); err != nil {
		return nil, err
	}
	return l.carry(r, body, m, f, h, before)
}

// carry has a request carried out and brings the answer back.
func (l link) carry(r *http.Request, body []byte, m Message, f fate, h *served, before int) (*http.Response, error) {
	if f.late {
		l.arriveLate(func() {
			if now, starts := l.open(l.from, l.starts, m.To); now != nil && starts == before {
				deliver(context.WithoutCancel(r.Context()), now, r, body, 1)
			}
		})
	}
	part := 1.0
	if f.broken && m.sendsStream() {
		part = f.breakAt
	}
	answer, whole := deliver(r.Context(), h, r, body, part)
	if f.repeat {
		answer, whole = deliver(r.Context(), h, r, body, part)
	}
	l.wait(f.back)
	switch after, starts := l.open(l.from, l.starts, m.To); {
	case after == nil || starts != before || f.loseAnswer:
		return nil, lost(m, "answer lost")
	case r.Context().Err() != nil:
		return nil, r.Context().Err() // its sender has not waited for it
	case part < 1:
		return nil, lost(m, m.What+" broke off")
	case !whole:
		answer.Body = broken(answer.Body, 1)
	case f.broken && m.bringsStream():
		answer.Body = broken(answer.Body, f.breakAt)
	}
	return answer, nil
}

// deliver hands a request, whose body is cut off after that part of it, to a
// handler, and returns its answer, which may not be whole.
func deliver(ctx context.Context, h http.Handler, r *http.Request, body []byte, part float64) (answer *http.Response, whole bool) {
	arrived := r.Clone(ctx)
	arrived.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	arrived.Host, arrived.RequestURI, arrived.GetBody = r.URL.Host, arrived.URL.RequestURI(), nil
	arrived.Body = io.NopCloser(cutOff(body, part))
	w := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			answer, whole = w.Result(), false
		}
	}()
	h.ServeHTTP(w, arrived)
	return w.Result(), true
}

// broken is a body that breaks off after a part of it.
func broken(body io.Reader, part float64) io.ReadCloser {
	data, err := io.ReadAll(body)
	if err != nil {
		panic(err) // it was recorded
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(data[:int(part*float64(len(data)))]), breaks{}))
}

// cutOff is a reader of the first part of data, which breaks off there.
func cutOff(data []byte, part float64) io.Reader {
	if part >= 1 {
		return bytes.NewReader(data)
	}
	return broken(bytes.NewReader(data), part)
}

// breaks is a connection that has broken.
type breaks struct{}

func (breaks) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

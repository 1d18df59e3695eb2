package httplink

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// doorkeeper counts who is asked whether a caller may come in.
type doorkeeper struct{ times int }

func (a *doorkeeper) Authenticate(*http.Request) (transport.Identity, error) {
	a.times++
	return transport.Identity{}, nil
}

func (a *doorkeeper) Admit(context.Context, transport.Call) (func(), error) {
	a.times++
	return func() {}, nil
}

// fromPage is a request as a browser makes it for a page of another origin, with cookies that it
// has for the station.
func fromPage(r *http.Request) *http.Request {
	r.Header.Set("Origin", "https://elsewhere.example")
	r.Header.Set("Cookie", "session=1")
	return r
}

// preflight is what a browser asks before it makes a request for a page.
func preflight(r *http.Request) *http.Request {
	p := fromPage(httptest.NewRequest(http.MethodOptions, r.URL.String(), nil))
	p.Header.Set("Access-Control-Request-Method", r.Method)
	p.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	return p
}

// TestPagesOfOtherOrigins: a page of any origin may make every request, and read the answer, a
// refusal too; with cookies it may not.
func TestPagesOfOtherOrigins(t *testing.T) {
	for pattern := range served(t) {
		o := HandlerOptions{Who: anybody{}, Enrol: func(string) *enrol.Attempt { return new(enrol.Attempt) }}
		h := new(stub).handler(o)
		good, refused := goodRequest(t, pattern), goodRequest(t, pattern)
		refused.Header.Set("Authorization", "nobody")
		for _, r := range []*http.Request{good, refused} {
			header := recorded(h, fromPage(r)).Header()
			if header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(header.Get("Access-Control-Expose-Headers"), sizeHeader) {
				t.Errorf("%s: %v", pattern, header)
			}
			if _, cookies := header["Access-Control-Allow-Credentials"]; cookies {
				t.Errorf("%s: with cookies", pattern)
			}
		}
		header := recorded(h, preflight(good)).Header()
		if _, cookies := header["Access-Control-Allow-Credentials"]; cookies || !strings.Contains(header.Get("Access-Control-Allow-Methods"), good.Method) && good.Method != http.MethodOptions {
			t.Errorf("%s: %v", pattern, header)
		}
	}
}

// TestPreflightsAreNoCalls: what browsers ask before they call is answered before anybody is asked
// who calls, and is neither admitted nor logged.
func TestPreflightsAreNoCalls(t *testing.T) {
	for pattern := range served(t) {
		s, who, log := new(stub), new(doorkeeper), new(bytes.Buffer)
		h := s.handler(HandlerOptions{Who: who, Admission: who, Log: slog.New(slog.NewTextHandler(log, nil))})
		w := recorded(h, preflight(goodRequest(t, pattern)))
		if w.Code != http.StatusNoContent || w.Body.Len() > 0 || s.calls+who.times+log.Len() > 0 {
			t.Errorf("%s: %d %s, %d calls, asked %d times, logged %s", pattern, w.Code, w.Body, s.calls, who.times, log)
		}
		if got := w.Header().Get("Access-Control-Allow-Headers"); !strings.Contains(got, "Authorization, Content-Type, Range, If-None-Match") {
			t.Errorf("%s: %s", pattern, got)
		}
	}
}

// TestPrivateNetwork: a station that is not on the public network says that it may be called from
// there only where it is asked that.
func TestPrivateNetwork(t *testing.T) {
	h := new(stub).handler(HandlerOptions{Who: anybody{}})
	for asks, want := range map[string]string{"": "", "true": "true"} {
		r := preflight(goodRequest(t, originalRoute))
		r.Header.Set("Access-Control-Request-Private-Network", asks)
		if got := recorded(h, r).Header().Get("Access-Control-Allow-Private-Network"); got != want {
			t.Errorf("%q: %q", asks, got)
		}
	}
}

// TestNotFromPages: who is no page is sent no header for pages, and caches are told that others
// are. The OPTIONS of a tus client is a call.
func TestNotFromPages(t *testing.T) {
	for pattern := range served(t) {
		header := recorded(new(stub).handler(HandlerOptions{Who: anybody{}}), goodRequest(t, pattern)).Header()
		if header.Get("Access-Control-Allow-Origin") != "" || header.Get("Vary") != "Origin" {
			t.Errorf("%s: %v", pattern, header)
		}
	}
	w := recorded(new(stub).handler(HandlerOptions{Who: anybody{}}), fromPage(goodRequest(t, "OPTIONS /v1/uploads/{author}/{id}/{item}/{version}")))
	if w.Header().Get("Tus-Extension") == "" {
		t.Error("no tus: ", w.Header())
	}
}

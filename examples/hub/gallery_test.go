package main

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestGallery: browsers see the gallery at the hub's address, who has a station's key is signed in,
// also after a restart, and what is kept for that is nothing that a check complains of.
func TestGallery(t *testing.T) {
	h := newHub(t)
	a, _, err := program.LoadAccount(h.join(t, "user", "add", "Ann"))
	if err != nil {
		t.Fatal(err)
	}
	caller, err := httplink.CallerOf(a)
	if err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	b := &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	ask := func(method, path string, auth httplink.Auth) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "https://"+h.address+path, strings.NewReader(""))
		if err == nil && auth != nil {
			err = auth(r)
		}
		if err != nil {
			t.Fatal(err)
		}
		answer, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	if status, body := ask("GET", "/", nil); status != http.StatusUnauthorized || !strings.Contains(body, "Welcome") {
		t.Error(status, body)
	}
	if status, body := ask("POST", "/session", httplink.Sealed(caller, a.Authority.ID())); status != http.StatusNoContent {
		t.Fatal(status, body)
	}
	h.Interrupt()
	h.Status()
	h = startHub(t, h.dir, h.address)
	if status, body := ask("GET", "/settings", nil); status != http.StatusOK || !strings.Contains(body, "signed in as Ann") {
		t.Error("after a restart:", status, body)
	}
	if got := programtest.Run(t, h.program, "check", "-data", h.dir); !strings.Contains(got, "all as they were sealed") {
		t.Error(got)
	}
	h.Interrupt()
	h.Status()
	h = startHub(t, h.dir, h.address, "-gallery=false")
	if status, body := ask("GET", "/", nil); strings.Contains(body, "Welcome") {
		t.Error("without a gallery:", status, body)
	}
	if status, _ := ask("GET", "/healthz", nil); status != http.StatusOK {
		t.Error("without a gallery, is it healthy:", status)
	}
}

// TestBrowserIsInvited where browsers find the gallery and know the certificate: what they open is
// printed. Else a computer alone is invited.
func TestBrowserIsInvited(t *testing.T) {
	for _, c := range []struct {
		invited bool
		flags   []string
	}{{true, []string{"-tls-mode", "none"}}, {false, []string{"-tls-mode", "none", "-gallery=false"}}, {false, nil}} {
		h := newHub(t, c.flags...)
		operator := programtest.Start(t, h.program, "user", "add", "Ann", "-data", h.dir)
		text := operator.Await("(?s)peer join ([^\n]*)\n")
		if c.invited {
			if opened := operator.Await("(?s)browser, where this is opened:\n\n    ([^\n]*)\n"); opened != text {
				t.Errorf("%s is to be opened, not %s", opened, text)
			}
		}
		operator.Interrupt()
		operator.Status()
		if got := operator.All(); strings.Contains(got, "browser") != c.invited {
			t.Errorf("%v: %s", c.flags, got)
		}
	}
}

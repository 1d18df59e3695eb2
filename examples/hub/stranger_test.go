package main

import (
	"crypto/rand"
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestLookedAt: who opens an invitation, as a scanner of mail does, does not spend it: what is
// behind the # is sent to nobody, and whoever sends it all the same has to say more.
func TestLookedAt(t *testing.T) {
	h := newHub(t)
	operator := programtest.Start(t, h.program, "user", "add", "Ann", "-data", h.dir)
	text := operator.Await("peer join (.*)\n")
	invitation, err := program.ParseInvitation(text)
	if err != nil {
		t.Fatal(err)
	}
	scanner := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // as a scanner may
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		for _, path := range []string{"", "/", "/v1/enrol/commitment", "/v1/enrol/opening", "/v1/enrol/admission"} {
			for _, secret := range []string{"", invitation.Secret} {
				r, err := http.NewRequestWithContext(t.Context(), method, invitation.URL+path, strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				if secret != "" {
					r.Header.Set("Authorization", "Bearer "+secret)
				}
				answer, err := scanner.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if answer.StatusCode < 400 {
					t.Errorf("%s %s: %s", method, path, answer.Status)
				}
			}
		}
	}
	station := joining(t, text)
	operator.Await("The code is " + station.Code())
}

// joining begins as a station that somebody has who has got hold of an invitation.
func joining(t *testing.T, text string) *enrol.Joiner {
	t.Helper()
	joiner, err := tryToJoin(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return joiner
}

func tryToJoin(t *testing.T, text string) (*enrol.Joiner, error) {
	t.Helper()
	invitation, err := program.ParseInvitation(text)
	if err != nil {
		t.Fatal(err)
	}
	client := httplink.NewEnrolClient(invitation.URL, invitation.Secret, httplink.Options{Key: invitation.Key})
	return enrol.Join(t.Context(), client, newSigner(t), signature.StationPeer, "home", rand.Reader)
}

// TestStrangerFirst: a stranger who comes first shows the operator another code, and whoever was
// invited is told that somebody came first. A no changes nothing; one command undoes a yes.
func TestStrangerFirst(t *testing.T) {
	h := newHub(t)
	for _, yes := range []bool{false, true} {
		operator := programtest.Start(t, h.program, "user", "add", "Ann", "ann@example.org", "-data", h.dir)
		text := operator.Await("peer join (.*)\n")
		stranger := joining(t, text)
		operator.Await("The code is " + stranger.Code())
		if _, err := tryToJoin(t, text); err == nil || !strings.Contains(program.Trouble(err), "somebody else came with it first") {
			t.Error(err)
		}
		if !yes {
			operator.Say("n")
			if operator.Status() != 1 || strings.Contains(programtest.Run(t, h.program, "user", "list", "-data", h.dir), "Ann") {
				t.Error(operator.All())
			}
			continue
		}
		operator.Say("y")
		if _, err := stranger.Confirm(t.Context()); err != nil || operator.Status() != 0 {
			t.Fatal(err, operator.All())
		}
		undo := programtest.Start(t, h.program, "user", "delete", "Ann", "-data", h.dir)
		if undo.Say("y"); undo.Status() != 0 {
			t.Fatal(undo.All())
		}
	}
	h.join(t, "user", "add", "Ann", "ann@example.org") // whose name and address are free
	if list := programtest.Run(t, h.program, "user", "list", "-data", h.dir); strings.Count(list, "ann@example.org") != 1 {
		t.Error(list)
	}
}

func newSigner(t *testing.T) *signature.Signer {
	t.Helper()
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signature.NewSigner(key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

package httplink_test

import (
	"crypto/rand"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestHubOf: a station reaches its hub by what its account has: a token, or its seal, and at
// https the authority's key where that is pinned.
func TestHubOf(t *testing.T) {
	ctx := t.Context()
	operator, err := account.New("hub", rand.Reader)
	check(t, err)
	signer, err := operator.Signer()
	check(t, err)
	h, err := hub.New(ctx, signer, hub.Config{})
	check(t, err)
	a, err := account.New("home", rand.Reader)
	check(t, err)
	if _, err := httplink.HubOf(a, httplink.Options{}); !errors.Is(err, account.ErrNotJoined) {
		t.Error(err)
	}
	own, err := a.Signer()
	check(t, err)
	a.User, a.Authority = collection.UserOf(own.ID()), h.PublicKey()
	if _, err := httplink.HubOf(a, httplink.Options{}); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
	proof, err := signature.ProvePossession(ctx, own, h.PublicKey().ID(), a.User)
	check(t, err)
	_, err = h.Accounts().RegisterKey(ctx, hub.Person{}, own.Public(), proof)
	check(t, err)
	a.Statement, err = h.Accounts().AddKey(ctx, a.User, a.Name, own.Public(), proof)
	check(t, err)
	token, err := h.Accounts().Issue(ctx, a.User, a.Name)
	check(t, err)

	byToken := httptest.NewServer(httplink.HubHandler(h, httplink.HandlerOptions{}))
	defer byToken.Close()
	bySeal := httptest.NewUnstartedServer(httplink.HubHandler(h, httplink.HandlerOptions{Who: httplink.BySeal(h.Keys(), h.PublicKey().ID(), nil)}))
	bySeal.TLS, err = httplink.ServerTLS(operator.Key)
	check(t, err)
	bySeal.StartTLS()
	defer bySeal.Close()
	for what, c := range map[string]struct {
		url, token string
		pinned     bool
		want       error
	}{
		"token":                 {byToken.URL, token, false, nil},
		"seal where a token is": {byToken.URL, "", false, transport.ErrUnauthenticated},
		"seal":                  {bySeal.URL, "", true, nil},
		"token where a seal is": {bySeal.URL, token, true, transport.ErrUnauthenticated},
		"no public certificate": {bySeal.URL, "", false, transport.ErrPeerKey},
	} {
		a.Hub, a.Token, a.Pinned = []string{c.url}, c.token, c.pinned
		client, err := httplink.HubOf(a, httplink.Options{})
		check(t, err)
		if _, err := client.NewIdentifiers(ctx, 1); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	a.Key, a.Token = nil, ""
	if c, err := httplink.HubOf(a, httplink.Options{}); !errors.Is(err, signature.ErrKey) || c != nil {
		t.Error(err)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package hub_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestEnrol: a station makes its user, comes once more after a lost answer, and is refused, on
// both sides, where the accounts refuse it.
func TestEnrol(t *testing.T) {
	h, err := hub.New(t.Context(), newSigner(), hub.Config{})
	labtest.Must(t, err)
	key, ann := newSigner(), &hub.Person{Name: "Ann", Addresses: []string{"ann@example.org"}}
	first := joins(t, h, enrol.Offer{}, key, ann, nil)
	again := joins(t, h, enrol.Offer{User: first.User}, key, nil, nil)
	if first.User.IsZero() || again.User != first.User || len(again.Statement) == 0 {
		t.Errorf("%v, and again %v", first.User, again.User)
	}
	if p, err := h.Accounts().Person(t.Context(), first.User); p.Name != "Ann" || err != nil {
		t.Errorf("%+v, %v", p, err)
	}
	joins(t, h, enrol.Offer{}, newSigner(), ann, hub.ErrTaken)
	joins(t, h, enrol.Offer{User: first.User}, newSigner(), nil, signature.ErrChanged)
	labtest.Must(t, h.Accounts().Members().Delete(t.Context(), first.User))
	joins(t, h, enrol.Offer{User: first.User}, newSigner(), nil, transport.ErrNotFound)
}

// joins has a station join by an offer, and fails unless the hub says what is wanted.
func joins(t *testing.T, h *hub.Hub, o enrol.Offer, key *signature.Signer, p *hub.Person, want error) enrol.Admission {
	t.Helper()
	o.Authority = h.PublicKey()
	attempt, err := enrol.NewAttempt(t.Context(), o, rand.Reader)
	labtest.Must(t, err)
	said := make(chan error, 1)
	go func() {
		_, err := h.Accounts().Enrol(context.WithoutCancel(t.Context()), attempt, p)
		said <- err
	}()
	joiner, err := enrol.Join(t.Context(), attempt, key, signature.StationPeer, "home", rand.Reader)
	labtest.Must(t, err)
	admission, err := joiner.Confirm(t.Context())
	if got := <-said; !errors.Is(got, want) || (err == nil) != (want == nil) {
		t.Errorf("the hub says %v, not %v; the station hears %v", got, want, err)
	}
	return admission
}

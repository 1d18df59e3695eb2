package httplink_test

import (
	"crypto/rand"
	"net/http/httptest"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A home joins at a hub with the token of its account as the invitation, and then admits a
// camera, whose roster the hub countersigns: the camera trusts the hub, too, and the hub
// the camera's seals.
func TestEnrolmentAtHub(t *testing.T) {
	for _, starts := range []bool{false, true} { // as a user whose id the hub has made, or its own
		ctx, authority, key, camera := t.Context(), newStationKey(t).signer, newStationKey(t).signer, newStationKey(t).signer
		h, err := hub.New(ctx, authority, hub.Config{})
		labtest.Must(t, err)
		ann, err := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
		labtest.Must(t, err)
		invitation, err := h.Accounts().Issue(ctx, ann, "home")
		labtest.Must(t, err)
		offer := enrol.Offer{User: ann, Authority: h.PublicKey()}
		if starts {
			offer.User = collection.UserID{}
		}
		attempt, err := enrol.NewAttempt(ctx, offer, rand.Reader)
		labtest.Must(t, err)
		server := httptest.NewServer(httplink.HubHandler(h, httplink.HandlerOptions{Enrol: func(token string) *enrol.Attempt {
			if user, err := h.UserOf(ctx, token); err != nil || user != ann {
				return nil
			}
			return attempt
		}}))
		t.Cleanup(server.Close)

		j, err := enrol.Join(ctx, httplink.NewEnrolClient(server.URL, invitation, httplink.Options{}), key, signature.StationPeer, "home", rand.Reader)
		labtest.Must(t, err)
		beside(t, attempt, func(r enrol.Request) ([]byte, error) {
			if starts {
				if _, err := h.Accounts().RegisterKey(ctx, hub.Person{Name: "Ann"}, r.Key, r.Proof); err != nil {
					return nil, err
				}
			}
			return h.Accounts().AddKey(ctx, r.User, "key", r.Key, r.Proof)
		})
		home, err := j.Confirm(ctx)
		labtest.Must(t, err)
		if starts != (home.User == collection.UserOf(key.ID())) || !home.Authority.Equal(authority.Public()) {
			t.Errorf("joined %v at %v", home.User, home.Authority)
		}

		attempt, err = enrol.NewAttempt(ctx, enrol.Offer{User: home.User, Key: key.Public(), Authority: home.Authority, Hub: home.Hub}, rand.Reader)
		labtest.Must(t, err)
		j, err = enrol.Join(ctx, attempt, camera, signature.StationDevice, "camera", rand.Reader)
		labtest.Must(t, err)
		beside(t, attempt, func(r enrol.Request) ([]byte, error) {
			roster, err := r.AddTo(ctx, signature.Roster{}, key)
			if err != nil {
				return nil, err
			}
			statement, err := roster.MarshalBinary()
			if err != nil {
				return nil, err
			}
			return h.Accounts().SetRoster(ctx, statement)
		})
		got, err := j.Confirm(ctx)
		if labtest.Must(t, err); got.User != home.User || !got.Authority.Equal(authority.Public()) {
			t.Errorf("the camera joined %v at %v", got.User, got.Authority)
		}
	}
}

// beside says yes to who asks, beside the test, with a statement that is made then.
func beside(t *testing.T, a *enrol.Attempt, statement func(enrol.Request) ([]byte, error)) {
	go func() {
		r, err := a.Confirm(t.Context())
		var shown []byte
		if err == nil {
			shown, err = statement(r)
		}
		if err == nil {
			err = a.Admit(shown)
		}
		if err != nil {
			t.Error(err)
			a.Refuse()
		}
	}()
}

package transport_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// addressee is a peer for the suite of recipients, as link reaches it. It asks
// the hub, which leaves it to the author to tell.
func addressee(link func(s *station, over callers, u collection.UserID) transport.Recipient) func(*testing.T) transporttest.RecipientFixture {
	return func(t *testing.T) transporttest.RecipientFixture {
		w := newWorld(t, hub.Config{})
		ann, bob, carol, mallory := w.user("ann"), w.user("bob"), w.user("carol"), w.user("mallory")
		s := w.peer(bob, "bob")
		over := w.callers(s, ann, bob, carol, mallory)
		a := transporttest.RecipientFixture{
			As:    func(u collection.UserID) transport.Recipient { return link(s, over, u) },
			Owner: bob, Author: ann, Other: carol, Stranger: mallory,
			Offer: func(t *testing.T, c collection.Collection) {
				data, err := c.MarshalBinary()
				must(t, err)
				_, err = w.hub.As(ann).Share(t.Context(), transport.Share{Collection: data, Notifies: true})
				must(t, err)
			},
			Heard: func(t *testing.T) []notify.Notification {
				news, err := s.Receive(t.Context())
				must(t, err)
				return news
			},
		}
		a.Signer, _, _ = w.credential(ann, "one")
		return a
	}
}

// TestRecipientSuite runs the suite on a peer in process.
func TestRecipientSuite(t *testing.T) {
	transporttest.Recipient(t, addressee(func(s *station, _ callers, u collection.UserID) transport.Recipient {
		return s.Recipient(u)
	}))
}

// TestRecipientSuiteOverHTTP runs the same suite over HTTP.
func TestRecipientSuiteOverHTTP(t *testing.T) {
	transporttest.Recipient(t, addressee(func(_ *station, over callers, u collection.UserID) transport.Recipient {
		return over[u]
	}))
}

// TestRecipientSuiteOverTheNetwork runs it over the network of the simulation,
// without faults.
func TestRecipientSuiteOverTheNetwork(t *testing.T) {
	n := transporttest.NewNetwork(1, transporttest.Faults{})
	transporttest.Recipient(t, addressee(func(s *station, _ callers, u collection.UserID) transport.Recipient {
		return n.Recipient(u.String(), "bob", func() transport.Recipient { return s.Recipient(u) })
	}))
}

package transport_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// byLink runs a suite on a station in process, and over HTTP.
func byLink(t *testing.T, suite func(t *testing.T, overHTTP bool)) {
	t.Run("in process", func(t *testing.T) { suite(t, false) })
	t.Run("over HTTP", func(t *testing.T) { suite(t, true) })
}

// partOfHub returns what else a hub is for a user.
func partOfHub[P any](w *world, user collection.UserID, overHTTP bool) P {
	var whole any = w.hub.As(user)
	if overHTTP {
		token, err := w.hub.Accounts().Issue(w.t.Context(), user, "suite")
		must(w.t, err)
		whole = httplink.NewClient(w.hubURL, httplink.Bearer(token), httplink.Options{})
	}
	return whole.(P)
}

func TestRemoteVerifierSuite(t *testing.T) {
	byLink(t, func(t *testing.T, overHTTP bool) {
		transporttest.RemoteVerifier(t, func(t *testing.T) transporttest.VerifierFixture {
			w := newWorld(t, hub.Config{})
			ann := w.user("ann")
			signer, _, _ := w.credential(ann, "one")
			return transporttest.VerifierFixture{
				RemoteVerifier: partOfHub[transport.RemoteVerifier](w, ann, overHTTP),
				Signer:         signer, Authority: w.signer, Stranger: newSigner(t),
				User: ann, Key: collection.KeyID(signer.Public().ID()),
			}
		})
	})
}

func TestIDAllocatorSuite(t *testing.T) {
	byLink(t, func(t *testing.T, overHTTP bool) {
		transporttest.IDAllocator(t, func(t *testing.T) transport.IDAllocator {
			w := newWorld(t, hub.Config{})
			return partOfHub[transport.IDAllocator](w, w.user("ann"), overHTTP)
		})
	})
}

// TestSettingsSourceSuite runs the suite on a peer, in process and over HTTP.
func TestSettingsSourceSuite(t *testing.T) {
	byLink(t, func(t *testing.T, overHTTP bool) {
		transporttest.SettingsSource(t, func(t *testing.T) transporttest.SettingsFixture {
			w := newWorld(t, hub.Config{})
			ann, bob := w.user("ann"), w.user("bob")
			s := w.peer(ann, "home")
			over := w.callers(s, ann, bob)
			over[collection.UserID{}] = w.authority(s)
			return transporttest.SettingsFixture{
				As: func(u collection.UserID) transport.SettingsSource {
					if overHTTP {
						return over[u]
					}
					return s.Link(u).(transport.SettingsSource)
				},
				Owner: ann, Other: bob,
				Set: func(t *testing.T, settings transport.Settings) { must(t, s.SetSettings(t.Context(), settings)) },
			}
		})
	})
}

// authority is the hub as it calls a station.
func (w *world) authority(at *station) *httplink.Client {
	return httplink.NewClient(at.url, httplink.Sealed(httplink.Caller{Signer: w.signer, Now: w.now}, at.user), httplink.Options{})
}

// TestLinkAccessSuite runs the suite on a hub that shows guests thumbnails only, in
// process and over HTTP.
func TestLinkAccessSuite(t *testing.T) {
	byLink(t, func(t *testing.T, overHTTP bool) {
		transporttest.LinkAccess(t, func(t *testing.T) transporttest.LinkFixture {
			mail := new(notify.Memory)
			w := newWorld(t, hub.Config{Channel: mail, GuestVersions: 1, RequiredFromDevice: 2})
			v := w.visit(mail)
			if overHTTP {
				v.LinkAccess = httplink.NewClient(w.hubURL, nil, httplink.Options{})
			}
			return v
		})
	})
}

// visit shares two photos, thumbnails and screens, with a mail address.
func (w *world) visit(mail *notify.Memory) transporttest.LinkFixture {
	cam := w.camera(w.user("ann"), 2)
	v := transporttest.LinkFixture{LinkAccess: w.hub.LinkAccess()}
	for i, item := range cam.items {
		versions := [3][]byte{noise(i, 0, 4096), noise(i, 1, 9000), noise(i, 2, 70_000)}
		cam.versions[item.ID] = versions
		v.Versions = append(v.Versions, versions[:2])
	}
	name := cam.makeFor("Picnic", nil, "eve@example.org")
	_, err := cam.Share(w.t.Context(), cam.hub, name)
	must(w.t, err)
	v.Token = w.postOnce(mail)[0].Token
	v.Sees = transport.Glimpse{Title: "Picnic", Items: 2, Labelled: 2, Cover: v.Versions[0][0], Versions: 1}
	v.Revoke = func(t *testing.T) { must(t, w.hub.RevokeLinks(t.Context(), name)) }
	return v
}

// TestChannelSuite runs the suite on the channel that keeps letters.
func TestChannelSuite(t *testing.T) {
	transporttest.Channel(t, func(t *testing.T) transporttest.ChannelFixture {
		m := new(notify.Memory)
		return transporttest.ChannelFixture{
			Channel: m,
			Arrived: func(*testing.T) []notify.Letter { return m.Letters() },
			Break: func(*testing.T) func() {
				m.Fail(errors.New("down"))
				return func() { m.Fail(nil) }
			},
		}
	})
}

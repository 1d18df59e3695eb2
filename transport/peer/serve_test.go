package peer_test

import (
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestAuthorityReadsWhatNamesIt: a peer serves blocks and partial versions to the
// authority that a collection names. To others, whose keys it trusts too, and to
// users it is not there.
func TestAuthorityReadsWhatNamesIt(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home, other := w.Camera(ann, 1), w.Peer(ann, "home"), lab.Signer("stranger")
	home.Restart(func(cfg *peer.Config) {
		cfg.Hub = nil
		labtest.Must(t, cfg.Keys.AddAuthority(other.Public()))
	})
	own, foreign := w.Hub.Signer, other
	for _, c := range []struct {
		what   string
		names  collection.KeyID
		caller *signature.Signer
		reads  bool
	}{
		{"its own collection", collection.KeyID(own.Public().ID()), own, true},
		{"another authority's", collection.KeyID(foreign.Public().ID()), own, false},
		{"its own collection, too", collection.KeyID(foreign.Public().ID()), foreign, true},
		{"one that names none", collection.KeyID{}, own, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			name, err := home.Author.Make(t.Context(), collection.Header{Title: "title", Authority: c.names}, collection.Body{Items: cam.Items}, cam.Card.Open)
			labtest.Must(t, err)
			caller := httplink.Caller{Signer: c.caller, Now: w.Now}
			over := httplink.NewClient(home.URL(), httplink.Sealed(caller, home.Key()), httplink.Options{HTTP: cam.HTTP})
			key := collection.KeyID(c.caller.Public().ID())
			for how, at := range map[string]checked{"over HTTP": over, "in process": home.As(transport.Identity{Key: key})} {
				for what, err := range map[string]error{
					"a thumbnail": reads(at.Version(t.Context(), cam.Ref(name, 0, 0), 0)),
					"a block":     reads(at.Original(t.Context(), cam.Ref(name, 0, 2), 0, digest.BlockSize)),
				} {
					if (err == nil) != c.reads || !c.reads && !errors.Is(err, transport.ErrNotFound) {
						t.Errorf("%s of it %s: %v", what, how, err)
					}
				}
				for what, err := range map[string]error{
					"an original":      reads(at.Original(t.Context(), cam.Ref(name, 0, 2), 0, digest.BlockSize+1)),
					"all of it":        reads(at.Original(t.Context(), cam.Ref(name, 0, 2), 0, -1)),
					"the collection":   second(at.Collection(t.Context(), name)),
					"its updates":      second(at.Updates(t.Context(), name)),
					"as nobody":        reads(home.As(transport.Identity{User: collection.UserID{}}).Original(t.Context(), cam.Ref(name, 0, 2), 0, 1)),
					"a part as nobody": reads(home.As(transport.Identity{User: collection.UserID{}}).Version(t.Context(), cam.Ref(name, 0, 0), 0)),
				} {
					if !errors.Is(err, transport.ErrNotFound) {
						t.Errorf("%s %s: %v", what, how, err)
					}
				}
			}
		})
	}
}

// checked is what is asked of a peer that is checked.
type checked interface {
	transport.Library
	transport.Originals
}

func second[V any](_ V, err error) error { return err }

// reads reads a stream to its end.
func reads(s *transport.Stream, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, s)
	return errors.Join(err, s.Close())
}

// TestHeldBackOriginal: an original that is not announced is served to nobody who
// asks past the label, and to those who may vouch for it all the same.
func TestHeldBackOriginal(t *testing.T) {
	_, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	ann, bob := cam.User, b.User
	cam.Syncs(home, name)
	home.PublishesPartial(name)
	full := cam.Ref(name, 0, 2)
	ask := func(as collection.UserID) error {
		stream, err := home.As(transport.Identity{User: as}).Original(t.Context(), full, 0, -1)
		if err == nil {
			labtest.Must(t, stream.Close())
		}
		return err
	}
	if err := ask(bob); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a reader who asks past the label: %v", err)
	}
	labtest.Must(t, ask(ann))
	home.Publishes(name)
	labtest.Must(t, ask(bob))
	home.Withdraws(name, full.Item)
	if err := ask(bob); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a reader who asks for what is withdrawn: %v", err)
	}
}

// TestSettingsAreTheUsersOwn: others do not see them.
func TestSettingsAreTheUsersOwn(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	home, b := w.Peer(w.User("ann"), "home"), w.Peer(w.User("bob"), "bob")
	labtest.Must(t, home.Author.SetSettings(t.Context(), transport.Settings{Contacts: []transport.Contact{{Name: "Eve"}}}))
	if s, err := b.To(home.Station).Settings(t.Context()); !errors.Is(err, transport.ErrForbidden) || len(s.Contacts) > 0 {
		t.Errorf("another user's: %+v, %v", s, err)
	}
}

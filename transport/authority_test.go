package transport_test

import (
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestAuthorityReadsWhatNamesIt: a peer gives blocks and partial versions to the
// authority that a collection names. To others, whose keys it trusts too, and to
// users it is not there.
func TestAuthorityReadsWhatNamesIt(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home, other := w.camera(ann, 1), w.peer(ann, "home"), newSigner(t)
	home.reopen(func(cfg *peer.Config) {
		cfg.Hub = nil
		must(t, cfg.Keys.AddAuthority(other.Public()))
	})
	own, foreign := w.signer, other
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
			name, err := home.Make(t.Context(), collection.Header{Title: "title", Authority: c.names}, collection.Body{Items: cam.items}, cam.open)
			must(t, err)
			caller := httplink.Caller{Signer: c.caller, Now: w.now}
			over := httplink.NewClient(home.url, httplink.Sealed(caller, ann), httplink.Options{})
			key := collection.KeyID(c.caller.Public().ID())
			for how, at := range map[string]checked{"over HTTP": over, "in process": home.Authority(key)} {
				for what, err := range map[string]error{
					"a thumbnail": reads(at.Version(t.Context(), ref(name, cam, 0, 0), 0)),
					"a block":     reads(at.Original(t.Context(), ref(name, cam, 0, 2), 0, digest.BlockSize)),
				} {
					if (err == nil) != c.reads || !c.reads && !errors.Is(err, transport.ErrNotFound) {
						t.Errorf("%s of it %s: %v", what, how, err)
					}
				}
				for what, err := range map[string]error{
					"an original":      reads(at.Original(t.Context(), ref(name, cam, 0, 2), 0, digest.BlockSize+1)),
					"all of it":        reads(at.Original(t.Context(), ref(name, cam, 0, 2), 0, -1)),
					"the collection":   second(at.Collection(t.Context(), name)),
					"its updates":      second(at.Updates(t.Context(), name)),
					"as nobody":        reads(home.Originals(collection.UserID{}).Original(t.Context(), ref(name, cam, 0, 2), 0, 1)),
					"a part as nobody": reads(home.Home(collection.UserID{}).Version(t.Context(), ref(name, cam, 0, 0), 0)),
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

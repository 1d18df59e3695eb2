package hub_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestHubVerifies: a client without keys asks the hub who sealed what.
func TestHubVerifies(t *testing.T) {
	w, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	state, err := b.ToHub().Collection(t.Context(), name)
	labtest.Must(t, err)
	c, err := collection.Decode(state.Collection)
	labtest.Must(t, err)
	before := b.Requests.Load()
	v, err := collection.Verify(t.Context(), b.ToHub(), c)
	labtest.Must(t, err)
	if v.AuthorityOnly() || v.Report().Author.By != cam.User || b.Requests.Load()-before != 2 {
		t.Errorf("%+v after %d requests", v.Report(), b.Requests.Load()-before)
	}
	if v.Report().Authority.Key != w.Authority() {
		t.Errorf("authority %v", v.Report().Authority)
	}
}

// TestHubRefusesSeals: with what is wrong with them.
func TestHubRefusesSeals(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam := w.Camera(ann, 0)
	stranger := lab.Signer("stranger")
	seal := func(s *signature.Signer) []byte {
		out, err := s.Sign(t.Context(), collection.TypeUpdate, []byte("statement"))
		labtest.Must(t, err)
		return out
	}
	good := seal(cam.Signer)
	for what, k := range map[string]struct {
		typ, statement string
		seal           []byte
		want           error
	}{
		"good":              {collection.TypeUpdate, "statement", good, nil},
		"no seal":           {collection.TypeUpdate, "statement", nil, collection.ErrUnsigned},
		"a stranger's":      {collection.TypeUpdate, "statement", seal(stranger), collection.ErrUnknownKey},
		"another statement": {collection.TypeUpdate, "other", good, collection.ErrBadSeal},
		"another purpose":   {collection.TypeEdition, "statement", good, collection.ErrBadSeal},
		"no seal at all":    {collection.TypeUpdate, "statement", []byte("nonsense"), collection.ErrBadSeal},
	} {
		user, _, err := cam.ToHub().Verify(t.Context(), k.typ, []byte(k.statement), k.seal, w.Now())
		if !errors.Is(err, k.want) || (k.want == nil) != (user == ann) {
			t.Errorf("%s: %v, %v", what, user, err)
		}
	}
	if _, _, err := httplink.NewClient(w.Hub.URL(), nil, httplink.Options{HTTP: cam.HTTP}).Verify(t.Context(), collection.TypeUpdate, nil, good, time.Time{}); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("for nobody: %v", err)
	}
	away := httplink.NewClient("http://127.0.0.1:1", nil, httplink.Options{HTTP: cam.HTTP})
	if _, _, err := away.Verify(t.Context(), collection.TypeUpdate, nil, good, time.Time{}); !errors.Is(err, transport.ErrUnreachable) || errors.Is(err, collection.ErrUnknownKey) {
		t.Errorf("nobody there: %v", err)
	}
}

// TestHubIsKeys: a hub says itself whose a seal is, until the key is revoked, and believes no
// statement that is shown to it.
func TestHubIsKeys(t *testing.T) {
	ctx := t.Context()
	h, err := hub.New(ctx, newSigner(), hub.Config{})
	labtest.Must(t, err)
	var keys httplink.Keys = h.Keys()
	ann, err := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	labtest.Must(t, err)
	station, statement := newSigner(), []byte("statement")
	seal, err := station.Sign(ctx, collection.TypeUpdate, statement)
	labtest.Must(t, err)
	if _, _, err := keys.Verify(ctx, collection.TypeUpdate, statement, seal, time.Now()); !errors.Is(err, collection.ErrUnknownKey) {
		t.Errorf("not known yet: %v", err)
	}
	proof, err := signature.ProvePossession(ctx, station, h.PublicKey().ID(), ann)
	labtest.Must(t, err)
	shown, err := h.Accounts().AddKey(ctx, ann, "home", station.Public(), proof)
	labtest.Must(t, err)
	user, key, err := keys.Verify(ctx, collection.TypeUpdate, statement, seal, time.Now())
	if user != ann || key != station.ID() || err != nil {
		t.Errorf("%x, %x, %v", user, key, err)
	}
	labtest.Must(t, h.Accounts().Revoke(ctx, ann, "home"))
	labtest.Must(t, keys.Learn(ctx, [][]byte{shown}))
	if _, _, err := keys.Verify(ctx, collection.TypeUpdate, statement, seal, time.Now()); !errors.Is(err, collection.ErrRevoked) {
		t.Errorf("revoked: %v", err)
	}
	labtest.Must(t, h.Close(ctx))
	if _, _, err := keys.Verify(ctx, collection.TypeUpdate, statement, seal, time.Now()); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

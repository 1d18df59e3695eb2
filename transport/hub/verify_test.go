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

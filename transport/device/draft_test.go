package device_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// substitute is a hub that makes of a draft what it likes.
type substitute struct {
	transport.Hub
	change func(*collection.Header, *collection.Body)
}

func (s substitute) Push(ctx context.Context, share transport.Share, _ io.Reader) (transport.Answer, error) {
	return s.Share(ctx, share)
}

func (s substitute) Share(_ context.Context, share transport.Share) (transport.Answer, error) {
	c, err := collection.Decode(share.Collection)
	if err != nil || len(c.Header().AuthorSeal) > 0 {
		return transport.Answer{Next: transport.Done}, err // the seal has come
	}
	h, b := c.Header(), c.Body()
	s.change(&h, &b)
	if c, err = collection.New(h, b); err != nil {
		return transport.Answer{}, err
	}
	data, err := c.MarshalBinary()
	return transport.Answer{Next: transport.Seal, Collection: data}, err
}

func (s substitute) Upload(_ context.Context, _ collection.Name, r io.Reader) (transport.Answer, error) {
	_, err := io.Copy(io.Discard, r)
	return transport.Answer{Next: transport.Done}, err
}

// TestHubSubstitutes: a device seals nothing of which it has not asked for authority,
// items and recipients.
func TestHubSubstitutes(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, spy := w.User("ann"), w.User("bob"), collection.UserID{66, 66}
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	book := transport.Settings{Contacts: []transport.Contact{{Name: "Bob", User: bob, Address: "bob@example.org"}}}
	labtest.Must(t, home.Author.SetSettings(t.Context(), book))
	_, err := cam.TakeSettings(t.Context(), cam.To(home.Station))
	labtest.Must(t, err)
	bobs := func(b *collection.Body) { b.Recipients = append(b.Recipients, bob) }
	for what, c := range map[string]struct {
		knows  bool // the device is told of the hub's authority
		change func(*collection.Header, *collection.Body)
		want   error
	}{
		"nothing":             {true, func(_ *collection.Header, b *collection.Body) { bobs(b) }, nil},
		"a spy besides":       {true, func(_ *collection.Header, b *collection.Body) { bobs(b); b.Recipients = append(b.Recipients, spy) }, transport.ErrDiffers},
		"a spy instead":       {true, func(_ *collection.Header, b *collection.Body) { b.Recipients = append(b.Recipients, spy) }, transport.ErrDiffers},
		"nobody":              {true, func(*collection.Header, *collection.Body) {}, transport.ErrDiffers},
		"another authority":   {true, func(h *collection.Header, b *collection.Body) { bobs(b); h.Authority = collection.KeyID{1} }, transport.ErrDiffers},
		"an authority":        {false, func(h *collection.Header, b *collection.Body) { bobs(b); h.Authority = w.Authority() }, transport.ErrDiffers},
		"another item":        {true, func(_ *collection.Header, b *collection.Body) { bobs(b); b.Items[0].ID = collection.ItemID{9} }, transport.ErrDiffers},
		"a completer besides": {true, func(_ *collection.Header, b *collection.Body) { bobs(b); b.Completers = append(b.Completers, bob) }, transport.ErrDiffers},
	} {
		cfg := cam.DeviceConfig()
		if !c.knows {
			cfg.Authority = collection.KeyID{}
		}
		d := device.New(ann, cam.Signer, device.MediaFunc(cam.Card.Open), cfg)
		name, err := d.MakeFor(t.Context(), collection.Header{Title: "private"}, collection.Body{Items: cam.Items}, "bob@example.org")
		labtest.Must(t, err)
		if _, err := d.Share(t.Context(), substitute{cam.ToHub(), c.change}, name); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
		made, err := d.Collection(t.Context(), name)
		labtest.Must(t, err)
		if sealed := len(made.Header().AuthorSeal) > 0; sealed != (c.want == nil) {
			t.Errorf("%s: sealed: %v", what, sealed)
		}
	}
}

// naming is such a hub that names users for all addresses, too.
type naming struct {
	substitute
	users []collection.UserID
	by    collection.Signer
}

func (n naming) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	answer, err := n.substitute.Share(ctx, share)
	if err != nil || len(answer.Collection) == 0 {
		return answer, err
	}
	c, err := collection.Decode(answer.Collection)
	for a := range c.Addresses() {
		for _, u := range n.users {
			if err == nil {
				c, err = c.Resolve(ctx, n.by, a, u, time.Unix(1, 0))
			}
		}
	}
	if err == nil {
		answer.Collection, err = c.MarshalBinary()
	}
	return answer, err
}

// TestHubNamesContacts: a hub that names all contacts for one address has no room in the
// draft for a user of its own.
func TestHubNamesContacts(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve, spy := w.User("ann"), w.User("bob"), w.User("eve"), collection.UserID{66, 66}
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	book := transport.Settings{Contacts: []transport.Contact{
		{Name: "Bob", User: bob, Address: "bob@example.org"}, {Name: "Eve", User: eve, Address: "eve@example.org"},
	}}
	labtest.Must(t, home.Author.SetSettings(t.Context(), book))
	_, err := cam.TakeSettings(t.Context(), cam.To(home.Station))
	labtest.Must(t, err)
	d := device.New(ann, cam.Signer, device.MediaFunc(cam.Card.Open), cam.DeviceConfig())
	name, err := d.MakeFor(t.Context(), collection.Header{Title: "private"}, collection.Body{Items: cam.Items}, "bob@example.org", "eve@example.org")
	labtest.Must(t, err)
	spied := substitute{cam.ToHub(), func(_ *collection.Header, b *collection.Body) {
		b.Recipients, b.Addresses = append(b.Recipients, spy), append(b.Addresses, collection.Address{1})
	}}
	if _, err := d.Share(t.Context(), naming{spied, []collection.UserID{bob, eve}, w.Hub.Signer}, name); !errors.Is(err, transport.ErrDiffers) {
		t.Errorf("shared: %v", err)
	}
	made, err := d.Collection(t.Context(), name)
	labtest.Must(t, err)
	if made.MayReadComplete(spy) || len(made.Header().AuthorSeal) > 0 {
		t.Error("the device has sealed that the hub's user has the originals")
	}
}

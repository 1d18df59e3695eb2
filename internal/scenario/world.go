package scenario

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// World is a hub, users and their stations, on a network. Its clock and its
// randomness are the same each time. Make it with New.
type World struct {
	// Media makes the versions of items; nil = they are made up, a few words each.
	Media Media

	*lab.World // without its Hub if there is none
	net        Network
	ctx        context.Context
	log        log
	offline    map[string]bool

	unknown    hub.Unknown
	tokens     map[string]string // of the latest letter to an address
	fromDevice int               // versions that the hub wants from a device; 0 = its default

	hub         *station
	people      map[string]collection.UserID
	stations    []*station // in the order of their making
	items       map[string]collection.ItemID
	mediaTypes  map[string]string                // by the items' names
	collections map[string]collection.Collection // by handle, as they were made
	shown       map[string]string                // what was shown of each station's collections last
}

// New makes a world with a hub and nobody else.
func New(ctx context.Context, net Network) (*World, error) {
	w := &World{
		World: lab.NewWorld(0, net.connect()), net: net, ctx: ctx, offline: map[string]bool{}, tokens: map[string]string{},
		people: map[string]collection.UserID{}, items: map[string]collection.ItemID{}, mediaTypes: map[string]string{},
		collections: map[string]collection.Collection{}, shown: map[string]string{},
	}
	w.Wrap = func(from string, next http.RoundTripper) http.RoundTripper { return observer{w, from, next} }
	w.hub = &station{Station: w.NewStation("hub", collection.UserID{}), w: w}
	return w, w.startHub()
}

// startHub makes the hub from its store.
func (w *World) startHub() (err error) {
	if w.hub.Store, err = w.net.open("hub"); err != nil {
		return err
	}
	cfg := w.hub.HubConfig()
	cfg.Gallery, cfg.Wait, cfg.RequiredFromDevice, cfg.Random = "https://hub.example.org", time.Millisecond, w.fromDevice, w.Random("hub numbers")
	cfg.Mail.Channel, cfg.Unknown, cfg.Mail.LinkKey, cfg.Mail.GuestVersions = postOffice{w}, w.unknown, []byte("a key of 32 bytes for the letters"), 1
	return w.hub.StartHub(w.ctx, cfg)
}

// Close stops all stations, and the network.
func (w *World) Close() error {
	failed := []error{w.hub.Close(w.ctx)}
	for _, s := range w.stations {
		if s.Peer != nil {
			failed = append(failed, s.Close(w.ctx))
		}
	}
	return errors.Join(append(failed, w.net.Close())...)
}

func (w *World) media() Media {
	if w.Media == nil {
		return madeUp{}
	}
	return w.Media
}

// station finds a station by name.
func (w *World) station(name string) (*station, error) {
	for _, s := range w.stations {
		if s.Name == name {
			return s, nil
		}
	}
	return nil, usage("no station %q", name)
}

// stationAt names the station at an address.
func (w *World) stationAt(address string) string {
	for _, s := range append([]*station{w.hub}, w.stations...) {
		if s.URL() == address {
			return s.Name
		}
	}
	return address
}

// find returns a collection by its handle.
func (w *World) find(handle string) (collection.Collection, error) {
	c, ok := w.collections[handle]
	if !ok {
		return c, usage("no collection %q", handle)
	}
	return c, nil
}

// known returns a collection by its name.
func (w *World) known(name collection.Name) (collection.Collection, error) {
	for _, c := range w.collections {
		if c.Name() == name {
			return c, nil
		}
	}
	return collection.Collection{}, usage("no collection %v", name)
}

// handle names a collection.
func (w *World) handle(name collection.Name) string {
	for handle, c := range w.collections {
		if c.Name() == name {
			return handle
		}
	}
	return name.String()
}

// item names an item.
func (w *World) item(id collection.ItemID) string {
	for name, known := range w.items {
		if known == id {
			return name
		}
	}
	return id.String()
}

// user names a user.
func (w *World) user(id collection.UserID) string {
	for name, known := range w.people {
		if known == id {
			return name
		}
	}
	return "somebody without a name"
}

// users names users, in alphabetical order.
func (w *World) users(ids []collection.UserID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = w.user(id)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// named puts names for the ids and addresses in a text.
func (w *World) named(text string) string {
	var pairs []string
	for handle, c := range w.collections {
		pairs = append(pairs, c.Name().String(), handle)
	}
	for name, id := range w.items {
		pairs = append(pairs, id.String(), name)
	}
	for name, id := range w.people {
		pairs = append(pairs, id.String(), name)
	}
	for _, s := range w.stations {
		pairs = append(pairs, s.URL(), s.Name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// refs returns the names of versions: VERSION of ITEMS in COLLECTION.
func (w *World) refs(c command) ([]transport.Ref, error) {
	known, items, err := w.itemsIn(c, c.after["of"])
	if err != nil {
		return nil, err
	}
	v, err := w.version(c, known)
	if err != nil {
		return nil, err
	}
	var refs []transport.Ref
	for _, id := range items {
		refs = append(refs, transport.Ref{Collection: known.Name(), Item: id, Version: v})
	}
	return refs, nil
}

// version returns the place in the ladder of the version that a command names.
func (w *World) version(c command, known collection.Collection) (int, error) {
	name, err := one(c.words, "version")
	if err != nil {
		return 0, err
	}
	v, ok := known.Ladder().Index(name)
	if !ok {
		return 0, usage("no version %q", name)
	}
	return v, nil
}

// itemsIn returns the ids of items and the collection after the word "in".
func (w *World) itemsIn(c command, names []string) (collection.Collection, []collection.ItemID, error) {
	handle, err := one(c.after["in"], "collection")
	if err != nil {
		return collection.Collection{}, nil, err
	}
	known, err := w.find(handle)
	if err != nil {
		return known, nil, err
	}
	ids, err := lookUp(w.items, names)
	return known, ids, err
}

func lookUp[T any](table map[string]T, names []string) ([]T, error) {
	var found []T
	for _, name := range names {
		one, ok := table[name]
		if !ok {
			return nil, usage("%q is not known", name)
		}
		found = append(found, one)
	}
	return found, nil
}

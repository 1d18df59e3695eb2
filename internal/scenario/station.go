package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// station is a camera, a peer, or the hub.
type station struct {
	w         *World
	name      string
	user      collection.UserID
	signer    *signature.Signer
	statement []byte
	token     string
	address   string
	store     transport.Store

	device   *device.Device
	ids      transport.Identifiers // from the hub, not used yet
	media    map[collection.ItemID]map[int][]byte
	peer     *peer.Peer
	keys     *signature.Keyring
	seen     map[string]string        // records of collections, as they were when shown last
	learned  []signature.KeyStatement // shown in process, where no request shows them
	trusted  []*station               // whose keys were compared by hand
	renders  bool
	ffmpeg   bool // the program is installed
	accepts  int  // versions that the user takes when something is handed over
	notifier bool // would rather tell the recipients itself
	serves   bool // others can reach it
}

// credentials makes a key and a token of a user for a new station.
func (w *World) credentials(name, owner string) (*station, error) {
	user, ok := w.people[owner]
	if !ok {
		return nil, usage("no user %q", owner)
	}
	s := &station{w: w, name: name, user: user, media: map[collection.ItemID]map[int][]byte{}}
	var err error
	if s.signer, err = w.newSigner(name); err != nil {
		return nil, err
	}
	if w.noHub {
		return s, nil
	}
	if s.statement, err = w.hub.Accounts().AddKey(w.ctx, user, name, s.signer.Public()); err != nil {
		return nil, err
	}
	s.token, err = w.hub.Accounts().Issue(w.ctx, user, name)
	return s, err
}

// addCamera makes a device.
func (w *World) addCamera(name, owner string, without map[string]bool) error {
	s, err := w.credentials(name, owner)
	if err != nil {
		return err
	}
	s.ffmpeg = !without["ffmpeg"]
	s.store, err = w.net.open(name)
	s.device = device.New(s.user, s.signer, device.MediaFunc(s.open), device.Config{
		Store: s.store, Now: w.now, Random: w.random("numbers of " + name),
	})
	w.stations = append(w.stations, s)
	return err
}

// addPeer makes a peer.
func (w *World) addPeer(name, owner string, without, as map[string]bool) error {
	s, err := w.credentials(name, owner)
	if err != nil {
		return err
	}
	s.address = w.net.listen(s)
	s.renders, s.serves, s.notifier = !without["screens"], !without["address"], as["notifier"]
	s.ffmpeg = !without["ffmpeg"]
	w.stations = append(w.stations, s)
	return s.start()
}

// start makes the peer from its store.
func (s *station) start() error {
	store, err := s.w.net.open(s.name)
	if err != nil {
		return err
	}
	s.store, s.keys, s.seen = store, new(signature.Keyring), map[string]string{}
	if err := s.fillKeys(); err != nil {
		return err
	}
	cfg := peer.Config{
		Store: store, Keys: s.keys, Statement: s.statement, URL: s.address, Workers: 1, Wait: time.Millisecond,
		Dial: s.reach, Wished: s.wished, Now: s.w.now, Random: s.w.random("numbers of " + s.name),
	}
	if !s.w.noHub {
		cfg.Hub = s.hub()
	}
	cfg.Notifies, cfg.Accept = s.notifier, s.accept
	if !s.serves {
		cfg.URL = ""
	}
	if s.renders {
		cfg.Render = peer.RendererFunc(s.render)
	}
	s.peer, err = peer.New(s.w.ctx, s.user, s.signer, cfg)
	return err
}

// fillKeys gives a peer the keys that its user has seen to.
func (s *station) fillKeys() error {
	var failed []error
	if !s.w.noHub {
		failed = append(failed, s.keys.AddAuthority(s.w.hub.PublicKey()))
	}
	for _, statement := range s.learned {
		failed = append(failed, s.keys.Add(s.w.ctx, statement))
	}
	for _, other := range s.trusted {
		failed = append(failed, s.keys.Trust(other.user, other.signer.Public()))
	}
	return errors.Join(failed...)
}

func (s *station) handler() http.Handler {
	if s.peer == nil {
		return s.w.hub.Handler()
	}
	return s.peer.Handler()
}

// hub is the station's connection to the hub.
func (s *station) hub() wire {
	h := s.w.net.hub(s)
	return wire{Hub: h, station: h, home: asHome{h}, w: s.w, from: s.name, to: "hub"}
}

// accept asks the user whether to take what is handed over.
func (s *station) accept(_ context.Context, from collection.UserID, c collection.Collection) int {
	s.w.log.add(fmt.Sprintf("%s asks %s: take %s from %s? - %s", s.name, s.w.user(s.user), s.w.handle(c.Name()), s.w.user(from), plural(s.accepts, "version")))
	return s.accepts
}

// link is the station's local link to a peer.
func (s *station) link(to *station) wire {
	return wire{station: s.w.net.link(s, to), greet: s.greets(to), w: s.w, from: s.name, to: to.name}
}

// reach is the station's connection to a peer.
func (s *station) reach(source transport.Source) transport.Originals {
	x := wire{w: s.w, from: s.name, to: s.w.stationAt(source.URL)}
	if to, err := s.w.station(x.to); err == nil {
		x.home, x.greet = s.w.net.home(s, to), s.greets(to)
	}
	return x
}

// tells is the station's way to the peers of recipients that it knows.
func (s *station) tells(names []string) func(collection.UserID) transport.Recipient {
	return func(u collection.UserID) transport.Recipient {
		for _, name := range names {
			if to, err := s.w.station(name); err == nil && to.user == u {
				return wire{recipient: s.w.net.recipient(s, to), greet: s.greets(to), w: s.w, from: s.name, to: name}
			}
		}
		return nil
	}
}

func (s *station) greets(to *station) func() error {
	return func() error { return s.w.net.greet(s, to) }
}

// showKey lets another station learn the station's key.
func (s *station) showKey(to *station) {
	var statement signature.KeyStatement
	if len(s.statement) == 0 || statement.UnmarshalBinary(s.statement) != nil {
		return
	}
	if err := to.keys.Add(s.w.ctx, statement); err != nil {
		s.w.log.add(to.name + " refuses a key: " + err.Error())
		return
	}
	to.learned = append(to.learned, statement)
}

func (s *station) wished(ref transport.Ref, err error) {
	what := fmt.Sprintf("%s: the wish for %s of %s ", s.name, s.versionName(ref), s.w.item(ref.Item))
	if err != nil {
		s.w.log.add(what + "ends: " + s.w.explain(err))
		return
	}
	s.w.log.add(what + "has come true")
}

func (s *station) versionName(ref transport.Ref) string {
	c, err := s.w.known(ref.Collection)
	if err != nil {
		return err.Error()
	}
	return c.Ladder()[ref.Version].Name
}

func (s *station) open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	data, ok := s.media[item][version]
	if !ok {
		return nil, transport.ErrNotFound
	}
	return blob{bytes.NewReader(data)}, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

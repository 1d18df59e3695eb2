package scenario

import (
	"context"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// station is a camera, a peer, or the hub.
type station struct {
	*lab.Station
	w        *World
	ids      transport.Identifiers // from the hub, not used yet
	keys     *signature.Keyring
	seen     map[string]string // records of collections, as they were when shown last
	trusted  []*station        // whose keys were compared by hand
	renders  bool
	ffmpeg   bool // the program is installed
	accepts  int  // versions that the user takes when something is handed over
	notifier bool // would rather tell the recipients itself
	artist   bool // makes versions in a way of its own
	serves   bool // others can reach it
}

// add makes a station of a user, which the hub knows if there is one.
func (w *World) add(name, owner string, without map[string]bool) (*station, error) {
	user, ok := w.people[owner]
	if !ok {
		return nil, usage("no user %q", owner)
	}
	s := &station{Station: w.NewStation(name, user), w: w, ffmpeg: !without["ffmpeg"]}
	if w.Hub != nil {
		if err := s.Enroll(w.ctx); err != nil {
			return nil, err
		}
	}
	w.stations = append(w.stations, s)
	return s, nil
}

// addCamera makes a device.
func (w *World) addCamera(name, owner string, without map[string]bool) error {
	s, err := w.add(name, owner, without)
	if err != nil {
		return err
	}
	if s.Store, err = w.net.open(name); err != nil {
		return err
	}
	s.StartDevice(s.DeviceConfig())
	return nil
}

// addPeer makes a peer.
func (w *World) addPeer(name, owner string, without, as map[string]bool) error {
	s, err := w.add(name, owner, without)
	if err != nil {
		return err
	}
	s.renders, s.serves, s.notifier = !without["screens"], !without["address"], as["notifier"]
	s.artist = as["artist"]
	return s.start()
}

// start makes the peer from its store.
func (s *station) start() (err error) {
	if s.Store, err = s.w.net.open(s.Name); err != nil {
		return err
	}
	s.seen = map[string]string{}
	cfg := s.PeerConfig()
	s.keys = cfg.Keys
	for _, other := range s.trusted {
		if err := s.keys.Trust(other.User, other.Signer.Public()); err != nil {
			return err
		}
	}
	cfg.Wait, cfg.Events, cfg.Notifies, cfg.Accept, cfg.Render = time.Millisecond, s.happened, s.notifier, s.accept, nil
	if !s.serves {
		cfg.URL = ""
	}
	if s.w.Hub == nil {
		cfg.Find = s.w.holders
	}
	if s.renders {
		cfg.Render = peer.RendererFunc(s.render)
	}
	return s.StartPeer(s.w.ctx, cfg)
}

// holders are the peers that hold a collection: where there is no hub, they are found.
func (w *World) holders(ctx context.Context, c collection.Collection) (found []transport.Source, err error) {
	for _, s := range w.stations {
		if s.Peer == nil || !s.serves || w.offline[s.Name] {
			continue
		}
		if _, err := s.Reader.View(ctx, c.Name()); err == nil {
			source := s.Source()
			source.Items = transport.AllBits(c.Len())
			found = append(found, source)
		}
	}
	return found, nil
}

// accept asks the user whether to take what is handed over.
func (s *station) accept(_ context.Context, from collection.UserID, c collection.Collection) int {
	s.w.log.add(fmt.Sprintf("%s asks %s: take %s from %s? - %s", s.Name, s.w.user(s.User), s.w.handle(c.Name()), s.w.user(from), plural(s.accepts, "version")))
	return s.accepts
}

// tells is the station's way to the peers of recipients that it knows.
func (s *station) tells(names []string) func(collection.UserID) transport.Recipient {
	return func(u collection.UserID) transport.Recipient {
		for _, name := range names {
			if to, err := s.w.station(name); err == nil && to.User == u {
				return s.To(to.Station)
			}
		}
		return nil
	}
}

func (s *station) happened(e event.Event) {
	if e.Kind != event.WishFulfilled && e.Kind != event.WishEnded {
		return
	}
	what := fmt.Sprintf("%s: the wish for %s of %s ", s.Name, s.versionName(e.Ref), s.w.item(e.Ref.Item))
	if e.Kind == event.WishEnded {
		s.w.log.add(what + "ends: " + s.w.explain(e.Err))
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

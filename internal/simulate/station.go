package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// station is the hub or a peer: a disk, and a process that runs on it or does
// not.
type station struct {
	*peer.Peer
	w         *world
	name      string
	user      collection.UserID
	disk      *disk
	process   *process // nil while it is down
	signer    *signature.Signer
	statement []byte
	shown     [][]byte // key statements of devices, which they show at the local link
	source    *rand.ChaCha8
	codec     string                   // its way to make versions
	limited   bool                     // it cannot make them all
	busy      int                      // tasks under way
	failed    map[collection.Name]bool // something that the hub was to hear did not reach it
}

func (w *world) newStation(name string, user collection.UserID) *station {
	n := w.number(name)
	s := &station{w: w, name: name, user: user, disk: newDisk(name), failed: map[collection.Name]bool{}, signer: signer(n), source: w.source(n)}
	if !w.lean {
		s.disk.applied, s.disk.committed, s.disk.deleted = w.truth.applied, w.truth.committed, w.truth.deleted
	}
	return s
}

// number is a station's own, also of one that is made again.
func (w *world) number(name string) int {
	i := slices.Index(w.names, name)
	if i < 0 {
		i = len(w.names)
		w.names = append(w.names, name)
	}
	return i
}

// store starts a process on the station's disk.
func (s *station) store() transport.Store {
	s.process = &process{Store: s.disk, left: -1}
	p := s.process
	p.crash = func() {
		s.w.say("%s crashes", s.name)
		s.w.net.Stop(s.name)
		s.process = nil
		s.w.start(s.w.pause(), s.start)
	}
	if s.w.spoilStore != nil {
		return s.w.spoilStore(s.name, p)
	}
	return p
}

// start makes the station again from its disk.
func (s *station) start() {
	s.w.net.Start(s.name)
	if s == s.w.hubAt {
		s.w.startHub()
	} else {
		s.startPeer()
	}
	s.w.say("%s is up", s.name)
}

func (w *world) startHub() {
	s := w.hubAt
	h, err := hub.New(ctx, s.signer, hub.Config{
		Store: s.store(), Wait: 1, Now: w.time, Pause: w.pauseFor, Random: s.source, MaxFailedProbes: 2,
		Channel: w.mail, Unknown: w.unknown, LinkKey: []byte("always the same"),
		Dial: func(from transport.Source) transport.Originals { return w.originals(s, from) },
	})
	if w.must("start of the hub", err); err == nil {
		w.hub = h
	}
}

func (w *world) newPeer(name string, user collection.UserID) *station {
	s, err := w.addPeer(name, user)
	w.must("key", err)
	return s
}

func (w *world) addPeer(name string, user collection.UserID) (*station, error) {
	s := w.newStation(name, user)
	var err error
	if s.statement, err = w.hub.Accounts().AddKey(ctx, user, name, s.signer.Public()); err != nil {
		return s, err
	}
	w.stations = append(w.stations, s)
	s.startPeer()
	if w.noHub {
		w.meet(s)
	}
	return s, nil
}

func (s *station) startPeer() {
	keys := new(signature.Keyring)
	s.w.must("authority", keys.AddAuthority(s.w.hub.PublicKey()))
	for _, data := range s.shown {
		var k signature.KeyStatement
		s.w.must("statement", k.UnmarshalBinary(data))
		s.w.must("statement", keys.Add(ctx, k))
	}
	p, err := peer.New(ctx, s.user, s.signer, peer.Config{
		Store: s.store(), Keys: keys, Hub: s.w.toHub(s.name, s.user), Wait: 1, Statement: s.statement, URL: "http://" + s.name,
		Render: peer.RendererFunc(s.render), Workers: 1, Policy: s.w.policy, Wished: s.wished, Accept: s.accept, Now: s.w.time, Pause: s.w.pauseFor, Random: s.source,
		Dial: func(from transport.Source) transport.Originals { return s.w.originals(s, from) },
	})
	if s.w.must("start of "+s.name, err); err == nil {
		s.Peer = p
	}
}

// accept says how many versions of what is handed over the station's user takes.
func (s *station) accept(context.Context, collection.UserID, collection.Collection) int {
	return s.w.random.IntN(4)
}

// toHub is a station's link to the hub.
func (w *world) toHub(name string, user collection.UserID) transport.Hub {
	if w.noHub {
		return nil
	}
	h := w.net.Hub(name, "hub", func() transport.Hub { return w.hub.As(user) })
	if w.spoilHub != nil {
		return w.spoilHub(name, h)
	}
	return h
}

// originals is a station's link to one that serves.
func (w *world) originals(from *station, to transport.Source) transport.Originals {
	for _, s := range w.stations {
		if "http://"+s.name == to.URL {
			return w.net.Home(from.name, s.name, func() transport.Home { return from.at(s) })
		}
	}
	return nobody{}
}

// at is what another station gives to this one.
func (s *station) at(other *station) transport.Home {
	if s == s.w.hubAt {
		return other.Authority(collection.KeyID(s.w.hub.PublicKey().ID()))
	}
	return other.Home(s.user)
}

type nobody struct{}

func (nobody) Original(context.Context, transport.Ref, int64, int64) (*transport.Stream, error) {
	return nil, transport.ErrUnreachable
}

// render makes what stands for a version: some of the original. Some stations
// make it in a way of their own, or cannot make it of every original.
func (s *station) render(_ context.Context, p peer.Picture, w io.Writer) error {
	head := make([]byte, min(40, p.Original.Size()))
	if _, err := p.Original.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	if s.limited && head[0]%4 == 0 {
		return errors.ErrUnsupported
	}
	_, err := fmt.Fprintf(w, "%s %d %x%s", p.Version.Name, p.Original.Size(), head, s.codec)
	return err
}

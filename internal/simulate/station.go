package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// station is the hub or a peer: a disk, and a process that runs on it or does
// not.
type station struct {
	*lab.Station
	w       *world
	disk    *disk
	process *lab.Crash               // nil while it is down
	slow    *slow                    // its store, if it is one of two hubs
	shown   [][]byte                 // key statements of devices, which they show at the local link
	codec   string                   // its way to make versions
	limited bool                     // it cannot make them all
	busy    int                      // tasks under way
	failed  map[collection.Name]bool // something that the hub was to hear did not reach it
}

func (w *world) newStation(name string, user collection.UserID) *station {
	s := &station{Station: w.NewStation(name, user), w: w, disk: newDisk(name, w.files == yes && (w.pair == nil || name != "hub")), failed: map[collection.Name]bool{}}
	s.disk.rival = w.rival
	if s.disk.files != nil {
		s.disk.files.Lies = name == w.liar
	}
	if !w.lean {
		s.disk.applied, s.disk.committed, s.disk.deleted = w.truth.applied, w.truth.committed, w.truth.deleted
	}
	return s
}

// boot begins a process on the station's disk.
func (s *station) boot() {
	s.w.must("start of "+s.Name, s.disk.boot())
	p := &lab.Crash{Store: s.disk, Before: -1}
	p.OnCrash = func() {
		s.w.say("%s crashes", s.Name)
		s.w.net.Stop(s.Name)
		s.process = nil
		s.w.Go(s.w.moment(), s.start)
	}
	s.process, s.Store = p, p
	if s.w.spoilStore != nil {
		s.Store = s.w.spoilStore(s.Name, p)
	}
	if s.w.pair != nil && s.isHub() {
		s.slow = &slow{Store: s.Store, pair: s.w.pair, of: s}
	}
}

// start makes the station again from its disk.
func (s *station) start() {
	if s.isHub() {
		s.startHub()
	} else {
		s.startPeer()
	}
	s.w.say("%s is up", s.Name)
}

func (s *station) isHub() bool { return s.User.IsZero() }

func (s *station) startHub() {
	s.boot()
	cfg := s.HubConfig()
	cfg.Wait, cfg.Pause, cfg.MaxFailedProbes = 1, s.w.Pause, 2
	cfg.Mail.Channel, cfg.Unknown, cfg.Mail.LinkKey = s.w.mail, s.w.unknown, []byte("always the same")
	s.w.pair.configure(s, &cfg)
	if s.w.spoilConfig != nil {
		s.w.spoilConfig(&cfg)
	}
	s.w.must("start of the hub", s.StartHub(ctx, cfg))
	s.w.pair.serve(s)
}

func (w *world) newPeer(name string, user collection.UserID) *station {
	s, err := w.addPeer(name, user)
	w.must("key", err)
	return s
}

func (w *world) addPeer(name string, user collection.UserID) (*station, error) {
	s := w.newStation(name, user)
	if err := s.Enroll(ctx); err != nil {
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
	s.boot()
	cfg := s.PeerConfig()
	for _, data := range s.shown {
		s.w.must("statement", cfg.Keys.Load(ctx, bytes.NewReader(data)))
	}
	cfg.Hub, cfg.Wait, cfg.Pause = s.toHub(), 1, s.w.Pause
	cfg.Render, cfg.Policy, cfg.Events, cfg.Accept = s, s.w.policy, s.happened, s.accept
	cfg.AcceptReader, cfg.Find = acceptsAll, s.w.directory.finder(s)
	s.w.must("start of "+s.Name, s.StartPeer(ctx, cfg))
}

// accept says how many versions of what is handed over the station's user takes.
func (s *station) accept(context.Context, collection.UserID, collection.Collection) int {
	return s.w.random.IntN(4)
}

// toHub is a station's link to the hub.
func (s *station) toHub() transport.Hub {
	switch {
	case s.w.noHub:
		return nil
	case s.w.spoilHub != nil:
		return s.w.spoilHub(s.Name, s.ToHub())
	}
	return s.ToHub()
}

// Render makes what stands for a version. Some stations make it in a way of their
// own, or cannot make it of every original.
func (s *station) Render(ctx context.Context, p peer.Picture, w io.Writer) error {
	head := make([]byte, 1)
	if _, err := p.Original.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	if s.limited && head[0]%4 == 0 {
		return errors.ErrUnsupported
	}
	err := lab.Render(ctx, p, w)
	fmt.Fprint(w, s.codec)
	return err
}

// Preview makes a preview in the station's own way, also of versions that others make
// alike.
func (s *station) Preview(version []byte) ([]byte, error) {
	return fmt.Appendf(nil, "%.8x by %.4s", digest.Sum(version), s.Name), nil
}

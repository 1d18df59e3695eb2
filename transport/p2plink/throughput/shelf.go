package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/libp2p/go-libp2p/core/host"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// shelf is a collection of Ann's, the peers that serve its originals, and Bob, who fetches them.
type shelf struct {
	ctx     context.Context
	dir     string
	size    int64 // of an original
	homes   []*station
	bob     *p2plink.Host
	name    collection.Name
	items   []collection.Item
	fetched int
	streams [2]host.Host   // of libp2p, without a station
	ends    []func() error // in turn, the last first
}

// station is a peer on a host.
type station struct {
	*peer.Peer
	shaper
}

const bob = 100 // Bob's number, and that of Bob's key

func userOf(i int) collection.UserID { return collection.UserID{byte(i), 1} }

func signerOf(i int) *signature.Signer { return lab.Signer(fmt.Sprint("throughput ", i)) }

// newShelf has so many peers serve originals, each at a speed in bytes a second; 0 = as fast as
// they can. Close it after an error, too.
func newShelf(ctx context.Context, items int, size int64, homes int, speed int64) (s *shelf, err error) {
	s = &shelf{ctx: ctx, size: size}
	if s.dir, err = os.MkdirTemp("", "throughput"); err != nil {
		return s, err
	}
	s.ends = append(s.ends, func() error { return os.RemoveAll(s.dir) })
	if err := s.write(items); err != nil {
		return s, err
	}
	if s.bob, err = s.host(signerOf(bob)); err != nil {
		return s, err
	}
	for i := range homes {
		if err := s.home(i); err != nil {
			return s, err
		}
	}
	for _, home := range s.homes {
		home.speed.Store(speed)
	}
	return s, s.stream()
}

func (s *shelf) close() error {
	var failed []error
	for i := range s.ends {
		failed = append(failed, s.ends[len(s.ends)-1-i]())
	}
	return errors.Join(failed...)
}

// write writes the originals to files.
func (s *shelf) write(items int) error {
	random := rand.NewChaCha8([32]byte{1})
	for i := range items {
		id := collection.ItemID{1, byte(i >> 8), byte(i)}
		s.items = append(s.items, collection.Item{ID: id})
		f, err := os.Create(s.file(id))
		if err != nil {
			return err
		}
		_, err = io.CopyN(f, random, s.size)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) file(id collection.ItemID) string { return filepath.Join(s.dir, id.String()) }

// host puts a host on the network.
func (s *shelf) host(signer *signature.Signer) (*p2plink.Host, error) {
	h, err := p2plink.New(s.ctx, signer, p2plink.Config{
		Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	if err != nil {
		return nil, err
	}
	s.ends = append(s.ends, h.Close)
	if len(s.homes) > 0 || s.bob != nil {
		err = h.Join(s.ctx, s.bob.Addresses())
	}
	return h, err
}

// peer makes the peer of a user on a host. All know the keys of all.
func (s *shelf) peer(user int, at *p2plink.Host, url string, find transport.Finder, store transport.Store) (*peer.Peer, error) {
	keys := new(signature.Keyring)
	for _, i := range []int{0, 1, 2, 3, bob} {
		if err := keys.Pin(userOf(i), signerOf(i).Public()); err != nil {
			return nil, err
		}
	}
	caller := httplink.Caller{User: userOf(user), Signer: signerOf(user)}
	return peer.New(s.ctx, userOf(user), signerOf(user), peer.Config{
		Keys: keys, Store: store, URL: url, Find: find,
		Dial: httplink.Dialer(caller, httplink.Options{HTTP: &http.Client{Transport: at.Transport(nil)}}),
	})
}

// home adds a peer that serves the originals: the first is Ann's, the others have them of hers.
func (s *shelf) home(i int) error {
	at, err := s.host(signerOf(i))
	if err != nil {
		return err
	}
	store, err := s.store(fmt.Sprint("home ", i))
	if err != nil {
		return err
	}
	p, err := s.peer(i, at, at.URL(), nil, store)
	if err != nil {
		return err
	}
	home := &station{Peer: p, shaper: shaper{handler: httplink.PeerHandler(p, httplink.HandlerOptions{})}}
	s.homes = append(s.homes, home)
	s.serve(at, home)
	if i == 0 {
		return s.publish()
	}
	if err = p.Reader.Refresh(s.ctx, s.name, s.homes[0].Source()); err == nil {
		err = p.Reader.Fetch(s.ctx, s.refs()...)
	}
	return err
}

func (s *shelf) store(name string) (*filestore.Store, error) {
	store, err := filestore.Open(filepath.Join(s.dir, name))
	if err == nil {
		s.ends = append(s.ends, store.Close)
	}
	return store, err
}

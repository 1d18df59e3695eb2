package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// shelf is originals at Ann's home, which a file server serves, too, and Bob may fetch.
type shelf struct {
	dir, files string // the folders of all, and of the originals
	count      int
	size       int64 // of each original
	keys       *signature.Keyring
	name       collection.Name
	home       *station
	source     transport.Source // the home
	bareURL    string
	servers    []*http.Server
}

// station is a peer with its store.
type station struct {
	*peer.Peer
	dir   string
	store *filestore.Store
	http  *http.Transport
}

var ann, bob = collection.UserID{1}, collection.UserID{2}

// newShelf makes originals and publishes them.
func newShelf(ctx context.Context, dir string, count int, size int64) (s *shelf, err error) {
	if dir, err = os.MkdirTemp(dir, "shelf"); err != nil {
		return nil, err
	}
	s = &shelf{dir: dir, files: filepath.Join(dir, "originals"), count: count, size: size, keys: new(signature.Keyring)}
	if err := errors.Join(s.keys.Trust(ann, lab.Signer("ann").Public()), s.keys.Trust(bob, lab.Signer("bob").Public())); err != nil {
		return nil, err
	}
	if err := s.write(); err != nil {
		return nil, err
	}
	if err := s.publish(ctx); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

// write writes the originals.
func (s *shelf) write() error {
	if err := os.Mkdir(s.files, 0o700); err != nil {
		return err
	}
	for i := range s.count {
		f, err := os.Create(s.file(i))
		if err != nil {
			return err
		}
		_, err = io.CopyN(f, rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)}), s.size)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) file(i int) string { return filepath.Join(s.files, strconv.Itoa(i)) }

// item is the id of the i-th original.
func item(i int) collection.ItemID { return collection.ItemID{1, byte(i), byte(i >> 8)} }

// open is a peer.Open.
func (s *shelf) open(_ context.Context, id collection.ItemID, version int) (transport.Blob, error) {
	if version < 2 {
		return nil, transport.ErrNotFound
	}
	f, err := os.Open(s.file(int(id[1]) | int(id[2])<<8))
	return file{f, s.size}, err
}

type file struct {
	*os.File
	size int64
}

// Size implements transport.Blob.
func (f file) Size() int64 { return f.size }

// publish starts the home and the file server.
func (s *shelf) publish(ctx context.Context) (err error) {
	l, err := listen()
	if err != nil {
		return err
	}
	if s.home, err = s.start(ctx, ann, "ann", urlOf(l), nil); err != nil {
		return errors.Join(err, l.Close())
	}
	s.source = s.home.Source()
	s.serve(l, httplink.PeerHandler(s.home, httplink.HandlerOptions{}))
	if l, err = listen(); err != nil {
		return err
	}
	s.bareURL = urlOf(l)
	s.serve(l, http.FileServer(http.Dir(s.files)))
	b := collection.Body{Recipients: []collection.UserID{bob}}
	for i := range s.count {
		b.Items = append(b.Items, collection.Item{ID: item(i)})
	}
	if s.name, err = s.home.Author.Make(ctx, collection.Header{Title: "Originals"}, b, s.open); err != nil {
		return err
	}
	return s.home.Author.Publish(ctx, s.name)
}

func (s *shelf) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h}
	s.servers = append(s.servers, server)
	go server.Serve(l)
}

// start starts a peer with a new store.
func (s *shelf) start(ctx context.Context, user collection.UserID, name, url string, meter func(n int) error) (*station, error) {
	dir, err := os.MkdirTemp(s.dir, name)
	if err != nil {
		return nil, err
	}
	st := &station{dir: dir, http: &http.Transport{MaxIdleConnsPerHost: someOriginals}}
	if st.store, err = filestore.Open(dir); err != nil {
		return nil, err
	}
	signer := lab.Signer(name)
	dial := httplink.Dialer(httplink.Caller{User: user, Signer: signer}, httplink.Options{HTTP: &http.Client{Transport: metered{st.http, meter}}})
	if st.Peer, err = peer.New(ctx, user, signer, peer.Config{Store: st.store, Keys: s.keys, URL: url, Dial: dial}); err != nil {
		return nil, errors.Join(err, st.store.Close())
	}
	return st, nil
}

// close ends a station and removes its store.
func (st *station) close(ctx context.Context) error {
	st.http.CloseIdleConnections()
	return errors.Join(st.Close(ctx), st.store.Close(), os.RemoveAll(st.dir))
}

// Close ends all.
func (s *shelf) Close(ctx context.Context) (err error) {
	for _, server := range s.servers {
		err = errors.Join(err, server.Close())
	}
	if s.home != nil {
		err = errors.Join(err, s.home.close(ctx))
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

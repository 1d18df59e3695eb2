package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// protocol is that of the bare streams.
const protocol = "/glimpse/throughput/1"

// stream makes two hosts of libp2p, the first of which sends all originals to whoever opens a
// stream.
func (s *shelf) stream() error {
	for i := range s.streams {
		h, err := libp2p.New(libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"))
		if err != nil {
			return err
		}
		s.streams[i] = h
		s.ends = append(s.ends, h.Close)
	}
	s.streams[0].SetStreamHandler(protocol, func(out network.Stream) {
		for _, item := range s.items {
			if err := s.send(out, item.ID); err != nil {
				_ = out.Reset() // who reads misses the rest
				return
			}
		}
		_ = out.Close() // likewise
	})
	return s.streams[1].Connect(s.ctx, peer.AddrInfo{ID: s.streams[0].ID(), Addrs: s.streams[0].Addrs()})
}

func (s *shelf) send(out io.Writer, id collection.ItemID) error {
	f, err := os.Open(s.file(id))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{f}, make([]byte, 256<<10))
	return err
}

// bare reads all originals from one stream of libp2p into a file.
func (s *shelf) bare() (time.Duration, error) { return s.into(s.begin, int64(len(s.items))*s.size) }

// hashed is bare, and works out the SHA-256 of what comes.
func (s *shelf) hashed() (time.Duration, error) {
	return s.into(func() (io.ReadCloser, error) {
		in, err := s.begin()
		return hashing{io.TeeReader(in, sha256.New()), in}, err
	}, int64(len(s.items))*s.size)
}

type hashing struct {
	io.Reader
	io.Closer
}

func (s *shelf) begin() (io.ReadCloser, error) {
	return s.streams[1].NewStream(s.ctx, s.streams[0].ID(), protocol)
}

// unchecked reads the first original over the link into a file, with its proof.
func (s *shelf) unchecked() (time.Duration, error) {
	caller := httplink.Caller{User: userOf(bob), Signer: signerOf(bob)}
	dial := httplink.Dialer(caller, httplink.Options{HTTP: &http.Client{Transport: s.bob.Transport(nil)}})
	at, err := dial.Reach(s.homes[0].Source())
	if err != nil {
		return 0, err
	}
	return s.into(func() (io.ReadCloser, error) { return at.Original(s.ctx, s.refs()[0], 0, -1) }, s.size)
}

var errShort = errors.New("less has come than there is")

// into reads at least so many bytes into a file, as durable as what a store has taken.
func (s *shelf) into(open func() (io.ReadCloser, error), least int64) (time.Duration, error) {
	name := filepath.Join(s.dir, "streamed")
	f, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer os.Remove(name)
	begun := time.Now()
	in, err := open()
	var n int64
	if err == nil {
		n, err = io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{in}, make([]byte, 256<<10))
		err = errors.Join(err, f.Sync(), in.Close())
	}
	if err == nil && n < least {
		err = errShort
	}
	return time.Since(begun), errors.Join(err, f.Close())
}

// fetch has a new peer of Bob's fetch all originals.
func (s *shelf) fetch() (took time.Duration, err error) {
	s.fetched++
	dir := filepath.Join(s.dir, fmt.Sprint("bob ", s.fetched))
	store, err := filestore.Open(dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close(), os.RemoveAll(dir)) }()
	p, err := s.peer(bob, s.bob, "", s.find, store)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.Close(context.WithoutCancel(s.ctx))) }()
	err = p.Reader.Refresh(s.ctx, s.name, s.homes[0].Source())
	if err == nil && len(s.homes) > 1 {
		_, err = p.Reader.Search(s.ctx, s.refs()[0]) // who else serves it
	}
	begun := time.Now()
	if err == nil {
		err = p.Reader.Fetch(s.ctx, s.refs()...)
	}
	return time.Since(begun), err
}

// find is a transport.Finder that knows all homes.
func (s *shelf) find(context.Context, collection.Collection) (all []transport.Source, err error) {
	for _, home := range s.homes {
		source := home.Source()
		source.Items = transport.AllBits(len(s.items))
		all = append(all, source)
	}
	return all, nil
}

// refs are the originals.
func (s *shelf) refs() (all []transport.Ref) {
	for _, item := range s.items {
		all = append(all, transport.Ref{Collection: s.name, Item: item.ID, Version: original})
	}
	return all
}

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// accounts are how many a hub has: hostile, and well-behaved ones.
const accounts = 100

// account is a user of the hub. What each album is that one has is worked out before.
type account struct {
	User  collection.UserID
	Token string
	Share []byte // of an album of 24 photos, which all others but the hostile may read
}

// site is what the hub's process tells of itself.
type site struct {
	URL      string
	Hostile  []account
	Good     []account
	Watching []account // who polls and shares while the others do what they do
}

// runHub is a hub until in ends. It prints its site.
func runHub(ctx context.Context, in io.Reader, w io.Writer) error {
	signer, err := newSigner()
	if err != nil {
		return err
	}
	h, err := hub.New(ctx, signer, hub.Config{})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := site{URL: "http://" + listener.Addr().String()}
	for _, group := range []struct {
		of *[]account
		n  int
	}{{&s.Hostile, accounts}, {&s.Good, accounts}, {&s.Watching, watching}} {
		for range group.n {
			a, err := enrol(ctx, h, len(*group.of))
			if err != nil {
				return err
			}
			*group.of = append(*group.of, a)
		}
	}
	if err := news(ctx, h, s.Watching); err != nil {
		return err
	}
	if err := json.NewEncoder(w).Encode(s); err != nil {
		return err
	}
	server := &http.Server{Handler: httplink.HubHandler(h, httplink.HandlerOptions{}), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	_, err = io.Copy(io.Discard, in)
	return errors.Join(err, server.Close())
}

func newSigner() (*signature.Signer, error) {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return signature.NewSigner(key, rand.Reader)
}

// enrol makes an account with an album.
func enrol(ctx context.Context, h *hub.Hub, i int) (a account, err error) {
	if a.User, err = h.Accounts().Register(ctx, hub.Person{Name: fmt.Sprint("user ", i)}); err != nil {
		return a, err
	}
	if a.Token, err = h.Accounts().Issue(ctx, a.User, "camera"); err != nil {
		return a, err
	}
	a.Share, err = album(a.User, collection.KeyID(h.PublicKey().ID()), nil, nil)
	return a, err
}

// album is a share of 24 photos, which a signer seals unless it is nil.
func album(author collection.UserID, authority collection.KeyID, signer *signature.Signer, to []collection.UserID) ([]byte, error) {
	var items []collection.Item
	for i := range 24 {
		items = append(items, collection.Item{ID: collection.ItemID{byte(i), 1}, Caption: fmt.Sprintf("IMG_%04d.JPG", i)})
	}
	c, err := collection.New(
		collection.Header{ID: collection.ID{1}, Author: author, Authority: authority, Created: time.Unix(1e9, 0), Title: "album"},
		collection.Body{Items: items, Recipients: to})
	if err == nil && signer != nil {
		c, err = c.Sign(context.Background(), signer, time.Now())
	}
	if err != nil {
		return nil, err
	}
	data, err := c.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return transport.Encode(transport.Share{Collection: data})
}

// news has something wait for everybody who watches: one album, by an author of its own.
func news(ctx context.Context, h *hub.Hub, to []account) error {
	signer, err := newSigner()
	if err != nil {
		return err
	}
	author, err := h.Accounts().Register(ctx, hub.Person{Name: "author"})
	if err != nil {
		return err
	}
	if _, err := lab.AddKey(ctx, h, author, "camera", signer); err != nil {
		return err
	}
	var users []collection.UserID
	for _, a := range to {
		users = append(users, a.User)
	}
	data, err := album(author, collection.KeyID(h.PublicKey().ID()), signer, users)
	if err != nil {
		return err
	}
	share, err := transport.Decode[transport.Share](data)
	if err == nil {
		_, err = h.As(author).Share(ctx, share)
	}
	return err
}

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// try makes a request for the i-th time.
type try func(ctx context.Context, i int) error

// request is one whose cost is measured, in process. What it needs is prepared for as
// many times as costOf makes it. One that is over in no time is made several times at once.
type request struct {
	name    string
	times   int
	prepare prepare
}

const most = (samples + 1) * perSample

var requests = []request{
	{"poll", 25, preparePoll},
	{"share", 1, prepareShare},
	{"register", 1, prepareRegister},
	{"key added", 1, prepareKey},
	{"fetch", 50, prepareFetch},
	{"announce", 1, prepareAnnounce},
}

// preparePoll: somebody for whom there is no news asks for it.
func preparePoll(_ context.Context, s *site) (try, error) {
	return func(ctx context.Context, i int) error {
		_, err := s.hub.As(s.members[i%authors].user).Changes(ctx, transport.ChangesRequest{})
		return err
	}, nil
}

// authors is how many members of a site share something where their number does not
// matter; the others are readers.
const authors = readers / 2

// prepareShare: somebody shares a small collection.
func prepareShare(ctx context.Context, s *site) (try, error) {
	albums, err := s.albums(ctx, most, authors, photos, 0)
	return func(ctx context.Context, i int) error {
		_, err := albums[i].shareWith(ctx, s.hub.As(albums[i].author.user), nil, 0)
		return err
	}, err
}

// prepareRegister: a new user registers.
func prepareRegister(_ context.Context, s *site) (try, error) {
	return func(ctx context.Context, _ int) error {
		_, err := s.hub.Accounts().Register(ctx, hub.Person{Name: "Ann", Addresses: []string{rand.Text() + "@example.org"}})
		return err
	}, nil
}

// prepareKey: a user adds the key of a new camera.
func prepareKey(_ context.Context, s *site) (try, error) {
	return func(ctx context.Context, i int) error {
		key, err := signature.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		signer, err := signature.NewSigner(key, rand.Reader)
		if err != nil {
			return err
		}
		m := s.members[i%len(s.members)]
		station, err := signature.NewStation(ctx, m.user, signer, signature.StationDevice)
		if err != nil {
			return err
		}
		r := signature.Roster{User: m.user, Number: uint64(i) + 1, Stations: []signature.Station{station}} // in the place of the one before
		if _, err := lab.SetRoster(ctx, s.hub, r, m.signer); err != nil {
			return err
		}
		_, err = lab.AddKey(ctx, s.hub, m.user, fmt.Sprint("camera ", i), signer)
		return err
	}, nil
}

// prepareFetch: a recipient fetches a thumbnail.
func prepareFetch(ctx context.Context, s *site) (try, error) {
	albums, err := s.albums(ctx, 1, authors, photos, thumbnailSize)
	if err != nil {
		return nil, err
	}
	a := albums[0]
	if _, err := a.shareWith(ctx, s.hub.As(a.author.user), a.all(), thumbnailSize); err != nil {
		return nil, err
	}
	return func(ctx context.Context, i int) error {
		return a.fetch(ctx, s.hub.As(a.recipients[i%len(a.recipients)]), i%photos, io.Discard)
	}, nil
}

// prepareAnnounce: a home announces one item of a collection all of whose items have
// labels.
func prepareAnnounce(ctx context.Context, s *site) (try, error) {
	albums, err := s.albums(ctx, most, authors, photos, 0)
	if err != nil {
		return nil, err
	}
	for _, a := range albums {
		if _, err := a.shareWith(ctx, s.hub.As(a.author.user), nil, 0); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, i int) error {
		_, err := s.hub.As(albums[i].author.user).Announce(ctx, albums[i].announcement(0))
		return err
	}, nil
}

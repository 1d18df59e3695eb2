package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/witness"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// story has all stations: the hub, Ann's camera and home computer, and the peers of Bob and Carol.
type story struct {
	network
	out        io.Writer
	witness    witness.Witness // at the hub's door, the only one for HTTP
	hub        *hubStation
	camera     *camera
	home       *peerStation
	bob, carol *peerStation
	result     result
}

// photos is how many the camera takes.
const photos = 6

// chapter is a part of the story.
type chapter struct {
	title string
	play  func(context.Context) error
}

// withHub is the story.
func (s *story) withHub() []chapter {
	return []chapter{
		{"The stations join a peer-to-peer network. Of the hub they know where it is, of each other nothing.", s.join},
		{"Ann's camera shares photos with Bob and Carol: it sends the hub thumbnails and a seal.", s.share},
		{"Bob and Carol see everything at once. What a label forbids causes no look-up on the network.", s.look},
		{"The camera hands the originals to Ann's home over the network. The home announces them: one record, for all.", s.complete},
		{"Bob is told, and fetches the originals from Ann's home. He announces that he has them, too.", s.fetchFromHome},
		{"Ann's home goes offline. Carol searches for who has the originals, and fetches them from Bob.", s.fetchFromBob},
	}
}

// join is chapter 1.
func (s *story) join(ctx context.Context) (err error) {
	if s.hub, err = s.startHub(ctx); err != nil {
		return err
	}
	ann, err := s.hub.users(ctx, "Ann", "camera", "home")
	if err != nil {
		return err
	}
	if s.camera, err = s.startCamera(ctx, ann[0]); err != nil {
		return err
	}
	if s.home, err = s.startPeer(ctx, ann[1]); err != nil {
		return err
	}
	for name, p := range map[string]**peerStation{"Bob": &s.bob, "Carol": &s.carol} {
		accounts, err := s.hub.users(ctx, name, name)
		if err == nil {
			*p, err = s.startPeer(ctx, accounts[0])
		}
		if err != nil {
			return err
		}
	}
	s.say("Ann's home is at %s.", s.home.host.URL())
	return nil
}

// share is chapter 2.
func (s *story) share(ctx context.Context) error {
	body := collection.Body{Recipients: []collection.UserID{s.bob.account.User, s.carol.account.User}}
	if err := s.make(ctx, body); err != nil {
		return err
	}
	return s.step("camera → hub", "share", func() (string, error) {
		_, err := s.camera.device.Share(ctx, s.camera.hub, s.camera.name)
		return human.Count(photos, "item", "items") + ", with thumbnails", err
	})
}

// make has the camera take photos, and make a collection of them.
func (s *story) make(ctx context.Context, body collection.Body) (err error) {
	if body.Items, err = s.takePhotos(ctx, photos); err != nil {
		return err
	}
	for _, item := range body.Items {
		if err := s.learn(ctx, item.ID); err != nil {
			return err
		}
	}
	s.camera.name, err = s.camera.device.Make(ctx, collection.Header{Title: "A day at the lake"}, body)
	return err
}

// look is chapter 3.
func (s *story) look(ctx context.Context) error {
	for _, r := range []*peerStation{s.bob, s.carol} {
		if err := s.hear(ctx, r, "hub", photos, r.Reader.Receive); err != nil {
			return err
		}
	}
	return s.tryForbidden(ctx)
}

// tryForbidden has Bob try what a label forbids.
func (s *story) tryForbidden(ctx context.Context) error {
	return s.step("Bob", "search, fetch", func() (string, error) {
		for _, ref := range s.originals() {
			_, searched := s.bob.Reader.Search(ctx, ref)
			for _, err := range []error{searched, s.bob.Reader.Fetch(ctx, ref)} {
				if !errors.As(err, new(*label.Refusal)) {
					return "", fmt.Errorf("the gate let it pass: %v", err)
				}
				s.result.refused++
			}
		}
		s.result.lookUpsRefused = s.lookUps.Load()
		return fmt.Sprintf("%d refused, %d look-ups", s.result.refused, s.result.lookUpsRefused), nil
	})
}

// complete is chapter 4.
func (s *story) complete(ctx context.Context) error {
	if err := s.handOver(ctx, "hand over", "thumbnails and originals", s.camera.device.Sync); err != nil {
		return err
	}
	return s.step("home → hub", "publish, announce", func() (string, error) {
		err := s.home.Author.Publish(ctx, s.camera.name)
		if err == nil {
			err = s.home.announce(ctx, s.camera.name)
		}
		return "screen versions; the hub checks some blocks over the network", err
	})
}

// handOver has the camera share with Ann's home in a way. Where the home is, she has told it.
func (s *story) handOver(ctx context.Context, what, note string, share shareWith) error {
	return s.step("camera → home", what, func() (string, error) {
		home, err := s.camera.dial.Reach(s.home.Source())
		if err == nil {
			_, err = share(ctx, home, s.camera.name)
		}
		return note, err
	})
}

type shareWith func(context.Context, transport.ShareReceiver, collection.Name) (transport.Answer, error)

// fetchFromHome is chapter 5.
func (s *story) fetchFromHome(ctx context.Context) error {
	if err := s.hear(ctx, s.bob, "hub", 0, s.bob.Reader.Receive); err != nil {
		return err
	}
	if err := s.fetch(ctx, s.bob, "Bob → home"); err != nil {
		return err
	}
	return s.bob.announce(ctx, s.camera.name)
}

// fetchFromBob is chapter 6.
func (s *story) fetchFromBob(ctx context.Context) error {
	if err := s.home.stop(); err != nil {
		return err
	}
	if err := s.hear(ctx, s.carol, "hub", 0, s.carol.Reader.Receive); err != nil {
		return err
	}
	return s.fetch(ctx, s.carol, "Carol → Bob")
}

// hear has somebody ask for news until so many items have a label.
func (s *story) hear(ctx context.Context, r *peerStation, whom string, labelled int, receive receiving) error {
	return s.step(r.account.Name+" → "+whom, "ask for news", func() (string, error) {
		err := r.hear(ctx, s.camera.name, labelled, receive)
		return fmt.Sprintf("%d of %d with a label, all seals verified", labelled, photos), err
	})
}

// fetch has a recipient fetch the originals.
func (s *story) fetch(ctx context.Context, r *peerStation, who string) error {
	return s.step(who, "fetch originals", func() (string, error) {
		err := r.Reader.Fetch(ctx, s.originals()...)
		if err != nil {
			return "", err
		}
		n, bytes, err := r.verify(ctx, s.originals())
		s.result.fetched, s.result.bytesFetched = s.result.fetched+n, s.result.bytesFetched+bytes
		return human.Count(n, "original", "originals") + ", every block checked on arrival", err
	})
}

// originals are the complete versions of all photos.
func (s *story) originals() (all []transport.Ref) {
	for _, id := range s.camera.ids {
		all = append(all, transport.Ref{Collection: s.camera.name, Item: id, Version: original})
	}
	return all
}

// learn shows the witness an original.
func (s *story) learn(ctx context.Context, id collection.ItemID) error {
	blob, err := s.camera.card.Open(ctx, id, original)
	if err != nil {
		return err
	}
	defer blob.Close()
	s.result.bytesOriginals += blob.Size()
	return s.witness.Learn(ctx, blob, blob.Size())
}

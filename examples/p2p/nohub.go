package main

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/signup"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// withoutHub is the same story without a hub: Ann's home tells the recipients, and any of them
// passes on what it holds.
func (s *story) withoutHub() []chapter {
	return []chapter{
		{"The stations join a peer-to-peer network. Ann, Bob and Carol have told each other who they are there.", s.joinAlone},
		{"Far from home, Ann's camera shares photos with Bob and Carol: it sends her home thumbnails and a seal.", s.shareWithHome},
		{"Bob asks Ann's home, and sees everything at once. What a label forbids causes no look-up on the network.", s.lookAtHome},
		{"The camera hands the originals over. The home announces them, and tells Bob, who holds the collection.", s.completeAlone},
		{"Bob fetches the originals from Ann's home. He announces that he has them, too.", s.fetchToldByGossip},
		{"Ann's home goes offline. Only now Carol comes: Bob passes the collection on to her, seals and all, and the originals.", s.fetchPassedOn},
	}
}

// joinAlone is chapter 1.
func (s *story) joinAlone(ctx context.Context) (err error) {
	var (
		statements [][]byte
		friends    []transport.Source // whom the next one knows
	)
	for _, user := range []struct {
		stations []string
		peer     **peerStation
	}{{[]string{"Bob"}, &s.bob}, {[]string{"home", "camera"}, &s.home}, {[]string{"Carol"}, &s.carol}} {
		all, each, err := accounts(user.stations)
		if err == nil {
			err = signup.Begin(ctx, each...)
		}
		if err == nil {
			*user.peer, err = s.startPeer(ctx, all[0], friends...)
		}
		if err == nil && len(all) > 1 {
			s.camera, err = s.startCamera(ctx, all[1])
		}
		if err != nil {
			return err
		}
		statements, friends = append(statements, all[0].Statement), append(friends, (*user.peer).Source())
	}
	for _, p := range []*peerStation{s.home, s.bob, s.carol} {
		if err := p.Learn(ctx, statements); err != nil { // ids prove themselves: people compare those
			return err
		}
	}
	s.say("Ann's home is at %s.", s.home.host.URL())
	return nil
}

// shareWithHome is chapter 2.
func (s *story) shareWithHome(ctx context.Context) error {
	body := collection.Body{Recipients: []collection.UserID{s.bob.account.User, s.carol.account.User}}
	if err := s.make(ctx, body); err != nil {
		return err
	}
	note := human.Count(photos, "item", "items") + ", with thumbnails"
	if err := s.handOver(ctx, "share", note, s.camera.device.Share); err != nil {
		return err
	}
	return s.home.Author.PublishPartial(ctx, s.camera.name)
}

// lookAtHome is chapter 3.
func (s *story) lookAtHome(ctx context.Context) error {
	if err := s.hear(ctx, s.bob, "home", photos, s.bob.from(s.home)); err != nil {
		return err
	}
	return s.tryForbidden(ctx)
}

// completeAlone is chapter 4.
func (s *story) completeAlone(ctx context.Context) error {
	if err := s.handOver(ctx, "hand over", "originals", s.camera.device.Sync); err != nil {
		return err
	}
	return s.step("home → Bob", "publish, tell", func() (string, error) {
		err := s.home.Author.Publish(ctx, s.camera.name)
		if err == nil {
			err = s.home.announce(ctx, s.camera.name)
		}
		if err == nil {
			_, err = s.home.Author.PublishDue(ctx) // a program has the peer Run, which does so
		}
		return "one small update, sealed by Ann's home", err
	})
}

// fetchToldByGossip is chapter 5.
func (s *story) fetchToldByGossip(ctx context.Context) error {
	v, err := s.bob.Reader.View(ctx, s.camera.name)
	if err != nil || v.Collection().Labelled() > 0 {
		return fmt.Errorf("nobody has told Bob (%v)", err)
	}
	if err := s.fetch(ctx, s.bob, "Bob → home"); err != nil {
		return err
	}
	return s.bob.announce(ctx, s.camera.name)
}

// fetchPassedOn is chapter 6.
func (s *story) fetchPassedOn(ctx context.Context) error {
	if err := s.home.stop(); err != nil {
		return err
	}
	if err := s.hear(ctx, s.carol, "Bob", 0, s.carol.from(s.bob)); err != nil {
		return err
	}
	return s.fetch(ctx, s.carol, "Carol → Bob")
}

// from asks another peer for news, which tells of what it holds.
func (p *peerStation) from(other *peerStation) receiving {
	return func(ctx context.Context) ([]notify.Notification, error) {
		return p.Reader.ReceiveFrom(ctx, other.Source())
	}
}

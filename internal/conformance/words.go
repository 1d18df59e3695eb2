package main

import (
	"context"
	"encoding"
	"io"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

// A family is an album whose author has another station, and what is said of their keys.
type family struct {
	world
	station, next *signature.Signer
	sealed        []byte // the album with an update by the station
	ctx           context.Context
	err           error // the first that there was
}

// wordCases verify an album of which the keyring holds the authority alone by hand: whose the
// other keys are is said by statements on keys and by rosters.
func wordCases(ctx context.Context, random io.Reader, algorithm string) (all []request, err error) {
	f, err := newFamily(ctx, random, algorithm)
	if err != nil {
		return nil, err
	}
	for _, words := range f.words() {
		all = append(all, request{Do: "verify", Collection: f.sealed, Keys: f.keys()[1:2], Words: words})
	}
	return all, f.err
}

func newFamily(ctx context.Context, random io.Reader, algorithm string) (*family, error) {
	w, err := newWorld(ctx, random, algorithm, label.Flag, 4)
	if err != nil {
		return nil, err
	}
	f := &family{world: w, ctx: ctx}
	for _, s := range []**signature.Signer{&f.station, &f.next} {
		if *s, err = newSigner(random, "Ed25519"); err != nil {
			return nil, err
		}
	}
	u, err := w.c.CompleteAll(w.user)
	if err == nil {
		u, err = u.Sign(ctx, f.station, at(9))
	}
	if err != nil {
		return nil, err
	}
	c, _, err := w.c.Apply(u)
	if err != nil {
		return nil, err
	}
	f.sealed, err = c.MarshalBinary()
	return f, err
}

// words are what is said, one case each.
func (f *family) words() [][]hexed {
	first, second := f.roster(1, signature.StationPeer), f.roster(2, signature.StationRemoved)
	last := f.roster(3, signature.StationPeer)
	last.Next = f.next.Public()
	after := f.roster(4, signature.StationRemoved)
	vouched := signature.KeyStatement{User: f.user, Key: f.station.Public(), Issued: at(0)}
	expired, revoked, strange := vouched, vouched, vouched
	expired.Until = at(5)
	revoked.Role, revoked.Issued = signature.RoleRevoked, at(1)
	strange.User = f.other
	peer, one, two := f.sign(first, f.author), f.said(vouched), f.sign(second, f.author)
	next := []hexed{f.sign(last, f.author), f.sign(after, f.next)}
	return [][]hexed{
		nil, {one}, {peer}, {peer, two}, {two, peer}, {f.sign(f.roster(1, signature.StationDevice), f.author)},
		{peer, f.sign(f.roster(1, signature.StationDevice), f.author)}, {peer, f.sign(after, f.next)}, next,
		{next[0]}, {next[0], f.sign(f.roster(5, signature.StationPeer), f.author)}, {peer, f.said(revoked)},
		{f.said(expired)}, {f.said(strange)}, {one, f.said(strange)}, {one, f.said(revoked)}, {f.said(expired), one},
		{peer, one}, {f.sign(f.roster(1, signature.StationPeer), f.completer)}, {peer, peer[:9]},
		{hexed{0x80}, peer}, {hexed{0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9}, peer}, {one[:len(one)-1], peer},
	}
}

func (f *family) roster(number uint64, role signature.StationRole) signature.Roster {
	s, err := signature.NewStation(f.ctx, f.user, f.station, role)
	f.note(err)
	return signature.Roster{User: f.user, Number: number, Stations: []signature.Station{s}}
}

func (f *family) sign(r signature.Roster, by *signature.Signer) hexed {
	r, err := r.Sign(f.ctx, by)
	f.note(err)
	return f.bytes(r)
}

func (f *family) said(s signature.KeyStatement) hexed {
	s, err := s.Sign(f.ctx, f.authority)
	f.note(err)
	return f.bytes(s)
}

func (f *family) bytes(x encoding.BinaryMarshaler) hexed {
	b, err := x.MarshalBinary()
	f.note(err)
	return b
}

func (f *family) note(err error) {
	if f.err == nil {
		f.err = err
	}
}

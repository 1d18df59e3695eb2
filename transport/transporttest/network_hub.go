package transporttest

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/transport"
)

// hubLink is the way to a hub.
type hubLink struct {
	link
	stationLink
	libraryLink
	inboxLink
	hub func() transport.Hub
}

// Hub returns the link from one station to another one that is a hub. At is
// called for every request; it returns the hub as it is for the caller.
func (n *Network) Hub(from, to string, at func() transport.Hub) transport.Hub {
	l := n.link(from, to)
	return hubLink{
		l,
		stationLink{l, func() transport.ShareReceiver { return at() }},
		libraryLink{l, func() transport.Library { return at() }},
		inboxLink{l, func() transport.Inbox { return at() }},
		at,
	}
}

// PutVersion implements transport.ResumableUploader. A version that breaks off gives the
// size as it is known here, the offset.
func (l hubLink) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	all, err := io.ReadAll(data)
	if err != nil {
		return offset, err
	}
	var stored int64
	_, f, err := l.carry(Message{What: "put", Ref: ref}, func(part float64) (_ []byte, err error) {
		stored, err = l.hub().PutVersion(ctx, ref, offset, cutOff(all, part))
		return nil, err
	})
	if f.broken {
		return offset, l.lost("version broke off")
	}
	return stored, err
}

// Announce implements transport.Announcer.
func (l hubLink) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	return ask(l.link, about("announce", a.Name()), a, func(a transport.Announcement) (transport.Answer, error) {
		return l.hub().Announce(ctx, a)
	})
}

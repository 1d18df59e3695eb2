package transporttest

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// hubLink is the way to a hub.
type hubLink struct {
	stationLink
	hub func() transport.Hub
}

// PutVersion implements transport.Putter. A version that breaks off gives the
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

// Collection implements transport.Library.
func (l hubLink) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return ask(l.link, about("collection", name), question{}, func(question) (transport.State, error) {
		return l.hub().Collection(ctx, name)
	})
}

// Updates implements transport.Library.
func (l hubLink) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return ask(l.link, about("updates", name), question{}, func(question) (transport.State, error) {
		return l.hub().Updates(ctx, name)
	})
}

// Version implements transport.Library.
func (l hubLink) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return l.stream(Message{What: "version", Ref: ref}, func() (*transport.Stream, error) {
		return l.hub().Version(ctx, ref, offset)
	})
}

// Notifications implements transport.Inbox.
func (l hubLink) Notifications(ctx context.Context) (transport.Deliveries, error) {
	return ask(l.link, Message{What: "notifications"}, question{}, func(question) (transport.Deliveries, error) {
		return l.hub().Notifications(ctx)
	})
}

// Acknowledge implements transport.Inbox.
func (l hubLink) Acknowledge(ctx context.Context, receipts transport.Receipts) error {
	_, err := ask(l.link, Message{What: "acknowledge"}, receipts, func(r transport.Receipts) (question, error) {
		return question{}, l.hub().Acknowledge(ctx, r)
	})
	return err
}

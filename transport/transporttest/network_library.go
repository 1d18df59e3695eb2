package transporttest

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// libraryLink is the way to one who serves collections.
type libraryLink struct {
	link
	at func() transport.Library
}

// inboxLink is the way to one who keeps notifications.
type inboxLink struct {
	link
	at func() transport.Inbox
}

// recipientLink is the way to one who takes notifications.
type recipientLink struct {
	link
	at func() transport.Recipient
}

// Deliver implements transport.Recipient.
func (l recipientLink) Deliver(ctx context.Context, n notify.Notification) error {
	_, err := ask(l.link, about("deliver", n.Name()), n, func(n notify.Notification) (question, error) {
		return question{}, l.at().Deliver(ctx, n)
	})
	return err
}

// Collection implements transport.Library.
func (l libraryLink) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return ask(l.link, about("collection", name), question{}, func(question) (transport.State, error) {
		return l.at().Collection(ctx, name)
	})
}

// Updates implements transport.Library.
func (l libraryLink) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return ask(l.link, about("updates", name), question{}, func(question) (transport.State, error) {
		return l.at().Updates(ctx, name)
	})
}

// Version implements transport.Library.
func (l libraryLink) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return l.stream(Message{What: "version", Ref: ref}, func() (*transport.Stream, error) {
		return l.at().Version(ctx, ref, offset)
	})
}

// Notifications implements transport.Inbox.
func (l inboxLink) Notifications(ctx context.Context) (transport.Deliveries, error) {
	return ask(l.link, Message{What: "notifications"}, question{}, func(question) (transport.Deliveries, error) {
		return l.at().Notifications(ctx)
	})
}

// Acknowledge implements transport.Inbox.
func (l inboxLink) Acknowledge(ctx context.Context, receipts transport.Receipts) error {
	_, err := ask(l.link, Message{What: "acknowledge"}, receipts, func(r transport.Receipts) (question, error) {
		return question{}, l.at().Acknowledge(ctx, r)
	})
	return err
}

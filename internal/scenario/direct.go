package scenario

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Connections within the process: every message, and every refusal, is written
// and read as on a network.

// across writes a message and reads it again.
func across[M any](m M, err error) (M, error) {
	if err != nil {
		var none M
		return none, refusal(err)
	}
	data, err := transport.Encode(m)
	if err != nil {
		return m, err
	}
	return transport.Decode[M](data)
}

// refusal writes an error as it goes over a network, and reads it again.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	f, err := across(*transport.NewFault(err), nil)
	if err != nil {
		return err
	}
	return &f
}

// directStation is a connection to who takes shares.
type directStation func() transport.ShareReceiver

// Share implements transport.ShareReceiver.
func (d directStation) Share(ctx context.Context, s transport.Share) (transport.Answer, error) {
	s, err := across(s, nil)
	if err != nil {
		return transport.Answer{}, err
	}
	return across(d().Share(ctx, s))
}

// Upload implements transport.ShareReceiver.
func (d directStation) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return across(d().Upload(ctx, name, stream))
}

// Settings implements transport.SettingsSource.
func (d directStation) Settings(ctx context.Context) (transport.Settings, error) {
	return across(d().(transport.SettingsSource).Settings(ctx))
}

// directLibrary is a connection to who gives collections and partial versions.
type directLibrary func() transport.Library

// Collection implements transport.Library.
func (d directLibrary) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return across(d().Collection(ctx, name))
}

// Updates implements transport.Library.
func (d directLibrary) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return across(d().Updates(ctx, name))
}

// Version implements transport.Library.
func (d directLibrary) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	s, err := d().Version(ctx, ref, offset)
	return s, refusal(err)
}

// directInbox is a connection to who keeps notifications.
type directInbox func() transport.Inbox

// Notifications implements transport.Inbox.
func (d directInbox) Notifications(ctx context.Context) (transport.Deliveries, error) {
	return across(d().Notifications(ctx))
}

// Acknowledge implements transport.Inbox.
func (d directInbox) Acknowledge(ctx context.Context, r transport.Receipts) error {
	r, err := across(r, nil)
	if err != nil {
		return err
	}
	return refusal(d().Acknowledge(ctx, r))
}

// directHub is a connection to a hub.
type directHub struct {
	directStation
	directLibrary
	directInbox
	to func() transport.Hub
}

func newDirectHub(to func() transport.Hub) directHub {
	return directHub{
		func() transport.ShareReceiver { return to() },
		func() transport.Library { return to() },
		func() transport.Inbox { return to() },
		to,
	}
}

// PutVersion implements transport.ResumableUploader.
func (d directHub) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	n, err := d.to().PutVersion(ctx, ref, offset, data)
	return n, refusal(err)
}

// Announce implements transport.Announcer.
func (d directHub) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	a, err := across(a, nil)
	if err != nil {
		return transport.Answer{}, err
	}
	return across(d.to().Announce(ctx, a))
}

// NewIdentifiers implements transport.IDAllocator.
func (d directHub) NewIdentifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	return across(d.to().(transport.IDAllocator).NewIdentifiers(ctx, n))
}

// directHome is a connection to a peer.
type directHome struct {
	directLibrary
	directInbox
	to func() transport.Home
}

func newDirectHome(to func() transport.Home) directHome {
	return directHome{
		func() transport.Library { return to() },
		func() transport.Inbox { return to() },
		to,
	}
}

// Original implements transport.Originals.
func (d directHome) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	s, err := d.to().Original(ctx, ref, offset, n)
	return s, refusal(err)
}

// directRecipient is a connection to who takes notifications.
type directRecipient func() transport.Recipient

// Deliver implements transport.Recipient.
func (d directRecipient) Deliver(ctx context.Context, n notify.Notification) error {
	n, err := across(n, nil)
	if err != nil {
		return err
	}
	return refusal(d().Deliver(ctx, n))
}

package scenario

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// wire is a station's connection to another, whatever carries it: it writes
// down what is said, and is cut while one of the two is offline. The caller is
// on the left.
type wire struct {
	transport.Hub // the hub; nil for a connection between stations
	station       transport.ShareReceiver
	home          transport.Home // a peer, or the hub as far as it is one
	recipient     transport.Recipient
	greet         func() error // nil at the hub
	w             *World
	from, to      string
}

// asHome is a hub in the place of a peer: it serves no originals.
type asHome struct{ transport.Hub }

// Original implements transport.Originals.
func (asHome) Original(context.Context, transport.Ref, int64, int64) (*transport.Stream, error) {
	return nil, transport.ErrNotFound
}

func (x wire) says(text string, items ...string) {
	x.w.log.add(x.from+" → "+x.to+": "+text, items...)
}
func (x wire) hears(text string, items ...string) {
	x.w.log.add(x.from+" ← "+x.to+": "+text, items...)
}

// refused writes a refusal down.
func (x wire) refused(err error) error {
	if err != nil {
		x.hears("refused: " + x.w.explain(err))
	}
	return err
}

// cut returns an error while the other cannot be reached, or does not know the
// caller.
func (x wire) cut() error {
	if x.w.offline[x.from] || x.w.offline[x.to] {
		return transport.At(transport.ErrUnreachable, "nobody answers")
	}
	if x.greet != nil {
		return x.greet()
	}
	return nil
}

// Share implements transport.ShareReceiver.
func (x wire) Share(ctx context.Context, s transport.Share) (transport.Answer, error) {
	c, err := collection.Decode(s.Collection)
	if err != nil {
		return transport.Answer{}, err
	}
	x.says(x.w.shareText(c, s))
	if err := x.cut(); err != nil {
		return transport.Answer{}, x.refused(err)
	}
	a, err := x.station.Share(ctx, s)
	if err == nil {
		x.hears(x.w.answerText(c, a))
	}
	return a, x.refused(err)
}

// Upload implements transport.ShareReceiver.
func (x wire) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	c, err := x.w.known(name)
	if err != nil {
		return transport.Answer{}, err
	}
	data, err := io.ReadAll(stream)
	if err != nil {
		return transport.Answer{}, err
	}
	text, err := x.w.uploadText(c, data)
	if err != nil {
		return transport.Answer{}, err
	}
	x.says(text)
	if err := x.cut(); err != nil {
		return transport.Answer{}, x.refused(err)
	}
	a, err := x.station.Upload(ctx, name, bytes.NewReader(data))
	if err == nil {
		x.hears(x.w.answerText(c, a))
	}
	return a, x.refused(err)
}

// Announce implements transport.Announcer.
func (x wire) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	c, err := x.w.known(a.Name())
	if err != nil {
		return transport.Answer{}, err
	}
	x.says("announce " + x.w.handle(c.Name()) + ": serves the originals of " + x.w.places(c, a.Items))
	if err := x.cut(); err != nil {
		return transport.Answer{}, x.refused(err)
	}
	answer, err := x.Hub.Announce(ctx, a)
	if err == nil {
		x.hears(x.w.answerText(c, answer))
	}
	return answer, x.refused(err)
}

// Collection implements transport.Library.
func (x wire) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	x.says("ask for " + x.w.handle(name))
	return x.state(func() (transport.State, error) { return x.home.Collection(ctx, name) })
}

// Updates implements transport.Library.
func (x wire) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	x.says("ask for news of " + x.w.handle(name))
	return x.state(func() (transport.State, error) { return x.home.Updates(ctx, name) })
}

func (x wire) state(get func() (transport.State, error)) (transport.State, error) {
	if err := x.cut(); err != nil {
		return transport.State{}, x.refused(err)
	}
	s, err := get()
	if err == nil {
		x.hears(x.w.stateText(s))
	}
	return s, x.refused(err)
}

// Version implements transport.Library.
func (x wire) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	c, err := x.w.known(ref.Collection)
	if err != nil {
		return nil, err
	}
	x.says("get "+c.Ladder()[ref.Version].Name+" of ", x.w.item(ref.Item))
	if err := x.cut(); err != nil {
		return nil, x.refused(err)
	}
	s, err := x.home.Version(ctx, ref, offset)
	return s, x.refused(err)
}

// Original implements transport.Originals.
func (x wire) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	what := "get the original of "
	if n >= 0 {
		what = "check a block of the original of "
	}
	x.says(what, x.w.item(ref.Item))
	if err := x.cut(); err != nil {
		return nil, x.refused(err)
	}
	s, err := x.home.Original(ctx, ref, offset, n)
	return s, x.refused(err)
}

// Notifications implements transport.Inbox.
func (x wire) Notifications(ctx context.Context) (transport.Deliveries, error) {
	x.says("ask for notifications")
	if err := x.cut(); err != nil {
		return transport.Deliveries{}, x.refused(err)
	}
	d, err := x.home.Notifications(ctx)
	if err != nil {
		return d, x.refused(err)
	}
	if len(d.Waiting) == 0 {
		x.hears("none")
	}
	for _, one := range d.Waiting {
		x.hears(x.w.newsText(one.Notification))
	}
	return d, nil
}

// Acknowledge implements transport.Inbox.
func (x wire) Acknowledge(ctx context.Context, r transport.Receipts) error {
	var names []string
	for _, one := range r.Read {
		names = append(names, x.w.handle(collection.Name{Author: one.Author, ID: one.ID}))
	}
	slices.Sort(names)
	x.says("acknowledge " + strings.Join(names, ", "))
	if err := x.cut(); err != nil {
		return x.refused(err)
	}
	return x.refused(x.home.Acknowledge(ctx, r))
}

// Deliver implements transport.Recipient.
func (x wire) Deliver(ctx context.Context, n notify.Notification) error {
	x.says("tell " + x.w.newsText(n))
	if err := x.cut(); err != nil {
		return x.refused(err)
	}
	return x.refused(x.recipient.Deliver(ctx, n))
}

// NewIdentifiers implements transport.IDAllocator.
func (x wire) NewIdentifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	x.says("ask for ids of a collection and " + plural(n, "item"))
	if err := x.cut(); err != nil {
		return transport.Identifiers{}, x.refused(err)
	}
	ids, err := x.Hub.(transport.IDAllocator).NewIdentifiers(ctx, n)
	return ids, x.refused(err)
}

// Settings implements transport.SettingsSource.
func (x wire) Settings(ctx context.Context) (transport.Settings, error) {
	x.says("ask for settings")
	if err := x.cut(); err != nil {
		return transport.Settings{}, x.refused(err)
	}
	s, err := x.station.(transport.SettingsSource).Settings(ctx)
	if err == nil {
		x.hears(plural(len(s.Contacts), "contact") + " and " + plural(len(s.Values), "setting"))
	}
	return s, x.refused(err)
}

package device

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// maxCover bounds the thumbnail in a notification, in bytes.
const maxCover = 64 << 10

// ShareAndTell is Share with a hub by a device that would rather tell the
// recipients itself, as soon as all is stored: reach gives the station of a
// recipient, or nil where the device does not know it. The answer's Notify says
// whether the hub leaves it to the device. Whoever cannot be reached now stays in
// the device's store for Tell; so does everything after a crash. What happens to
// the collection later the recipients hear from the hub. Errors are those of
// Share and Tell.
func (d *Device) ShareAndTell(ctx context.Context, to transport.Station, name collection.Name, reach func(collection.UserID) transport.Recipient) (transport.Answer, error) {
	answer, err := d.share(ctx, to, name, label.MaxVersions, true)
	if err != nil || !answer.Notify || answer.Next != transport.Done {
		return answer, err
	}
	if err := d.post(ctx, name, answer); err != nil {
		return answer, err
	}
	return answer, d.Tell(ctx, reach)
}

// post puts the notifications of a collection into the store: records
// o/RECIPIENT/COLLECTION.
func (d *Device) post(ctx context.Context, name collection.Name, answer transport.Answer) error {
	c, err := d.Collection(ctx, name)
	if err != nil {
		return err
	}
	if len(answer.Collection) > 0 { // with what was complete before
		theirs, err := collection.Decode(answer.Collection)
		if err == nil {
			err = c.Same(theirs)
		}
		if err != nil {
			return transport.Wrap(err)
		}
		c = theirs
	}
	n, err := notify.Make(c, notify.Shared, "")
	if err != nil {
		return err
	}
	if n.Cover, err = d.cover(ctx, c); err != nil {
		return err
	}
	availability, err := notify.Availability(c)
	if err != nil {
		return err
	}
	var changes []transport.Change
	for _, u := range notify.Due(c) {
		data, err := transport.Encode(n.For(u, availability))
		if err != nil {
			return err
		}
		changes = append(changes, transport.Change{Key: "o/" + u.String() + "/" + name.String(), Value: data})
	}
	return d.cfg.Store.Apply(ctx, changes...)
}

// cover is the thumbnail of the item that stands for a collection, if it is
// small.
func (d *Device) cover(ctx context.Context, c collection.Collection) ([]byte, error) {
	i, ok := c.Index(c.Header().Hints.Cover)
	if c.Len() == 0 {
		return nil, nil
	}
	if !ok {
		i = 0
	}
	b, err := d.open(ctx, c, i, 0)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if b.Size() > maxCover {
		return nil, nil
	}
	return io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
}

// Tell tries to tell those whom ShareAndTell has not reached. It may tell
// somebody twice, after a crash. The errors of those who still wait are joined,
// each wrapping transport.ErrUnreachable or what the station answered.
func (d *Device) Tell(ctx context.Context, reach func(collection.UserID) transport.Recipient) error {
	var failed []error
	for r, err := range d.cfg.Store.Scan(ctx, "o/") {
		if err != nil {
			return err
		}
		n, err := transport.Decode[notify.Notification](r.Value)
		if err != nil {
			return transport.At(transport.ErrStorage, r.Key)
		}
		if err = deliver(ctx, n, reach); err == nil {
			err = d.cfg.Store.Apply(ctx, transport.Change{Key: r.Key})
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("recipient %v: %w", n.To, err))
		}
	}
	return errors.Join(failed...)
}

func deliver(ctx context.Context, n notify.Notification, reach func(collection.UserID) transport.Recipient) error {
	station := reach(n.To)
	if station == nil {
		return transport.ErrUnreachable
	}
	return station.Deliver(ctx, n)
}

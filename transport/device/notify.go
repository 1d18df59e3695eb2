package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// ShareAndNotify is Share with a hub by a device that would rather tell the
// recipients itself, as soon as all is stored: reach returns the station of a
// recipient, or nil where the device does not know it. The answer's Notify says
// whether the hub leaves it to the device. Whoever cannot be reached now stays in
// the device's store for Notify; so does everything after a crash or an error. What
// happens to the collection later the recipients hear from the hub. Errors are
// those of Share and Notify.
func (d *Device) ShareAndNotify(ctx context.Context, to transport.ShareReceiver, name collection.Name, reach func(collection.UserID) transport.Recipient) (transport.Answer, error) {
	if _, err := record.Need(ctx, d.cfg.Store, collectionRecord.Key(name)); err != nil {
		return transport.Answer{}, err
	}
	if err := record.Put(ctx, d.cfg.Store, transport.Change{Key: untoldRecord.Key(name), Value: []byte{}}); err != nil {
		return transport.Answer{}, err
	}
	answer, told, err := d.shareToNotify(ctx, to, name)
	if err != nil || !told {
		return answer, err
	}
	return answer, d.deliverAll(ctx, reach)
}

// shareToNotify shares a collection, and puts what its recipients are to be told
// into the store if that is left to the device, all in one change with the end of
// that record.
func (d *Device) shareToNotify(ctx context.Context, to transport.ShareReceiver, name collection.Name) (answer transport.Answer, told bool, err error) {
	answer, err = d.share(ctx, to, name, partial, true)
	if err != nil {
		return answer, false, err
	}
	var changes []transport.Change
	if told = answer.Notify && answer.Next == transport.Done; told {
		if changes, err = d.post(ctx, name, answer); err != nil {
			return answer, false, err
		}
	}
	return answer, told, record.Put(ctx, d.cfg.Store, append(changes, transport.Change{Key: untoldRecord.Key(name)})...)
}

// post returns the changes that put the notifications of a collection into the
// store.
func (d *Device) post(ctx context.Context, name collection.Name, answer transport.Answer) ([]transport.Change, error) {
	c, err := d.Collection(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(answer.Collection) > 0 { // with what was complete before
		theirs, err := collection.Decode(answer.Collection)
		if err == nil {
			err = c.Same(theirs)
		}
		if err != nil {
			return nil, transport.Wrap(err)
		}
		c = theirs
	}
	n, err := notify.Make(c, notify.Shared, "")
	if err != nil {
		return nil, err
	}
	if n.Cover, err = cover.Read(ctx, c, d.open); err != nil {
		return nil, err
	}
	availability, err := notify.Availability(c)
	if err != nil {
		return nil, err
	}
	var changes []transport.Change
	for _, u := range notify.Due(c) {
		data, err := transport.Encode(n.For(u, availability))
		if err != nil {
			return nil, err
		}
		changes = append(changes, transport.Change{Key: notificationRecord.Key(u, name), Value: data})
	}
	return changes, nil
}

// Notify tries to notify those whom ShareAndNotify has not reached. First it shares again
// what ShareAndNotify has shared with the hub without hearing the answer, until
// Forget. It may tell somebody twice, after a crash. The program calls it now and
// then; how long it waits in between is up to the program. The errors are joined:
// those of Share, and of each who still waits, wrapping transport.ErrUnreachable or
// what the station answered.
func (d *Device) Notify(ctx context.Context, to transport.ShareReceiver, reach func(collection.UserID) transport.Recipient) error {
	names, err := record.Names(ctx, d.cfg.Store, untoldRecord.Under())
	failed := []error{err}
	for _, name := range names {
		if _, _, err := d.shareToNotify(ctx, to, name); err != nil {
			failed = append(failed, fmt.Errorf("collection %v: %w", name, err))
		}
	}
	return errors.Join(append(failed, d.deliverAll(ctx, reach))...)
}

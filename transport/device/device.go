// Package device is the light client of an exchange: a camera, a phone, a
// sensor. It makes collections offline, shares them with a hub, and hands them
// over to the home peer at a local link. It always calls and is never called,
// and it holds no originals of its own: the program opens them where they are.
//
// The one method for both, [Device.Share], sends the same message; what is
// then uploaded is what the other side asks for, thumbnails for a hub, all
// versions for a home peer. A share is one request where the thumbnails are all
// that is asked for, else two, and one that broke off goes on where it ended.
//
// Beside the errors that they name, methods return those of the store (transport.ErrStorage) and
// of the context. What they return is the caller's; the store stays the program's to close.
//
// With a signer of package signature/edsigner the whole device, without a link, is
// a program of 3.5 MB.
package device

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"iter"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// Media opens the versions of items that a device holds, or makes them.
type Media interface {
	// Open opens a version, by its place in the ladder. The error wraps
	// transport.ErrNotFound if the device does not have it, or not any more, and
	// errors.ErrUnsupported if it cannot be made of what there is, such as a damaged file:
	// then the rest is shared without it. An item of which nothing can be opened when it
	// comes into a collection has no digests there, by which a program finds it. It is called
	// again for every share, and must return the same bytes each time. The Device closes the
	// Blob, and makes calls at once where the program does.
	Open(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error)
}

// MediaFunc makes Media of a function.
type MediaFunc func(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error)

// Open implements Media.
func (f MediaFunc) Open(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	return f(ctx, item, version)
}

// Config says how a device works. The zero Config works.
type Config struct {
	// Store keeps the collections that were made; nil = in memory. No versions
	// are put into it.
	Store transport.Store
	Now   func() time.Time // nil = time.Now
	// Pause waits until over is closed or ctx ends, for d at most: a share waits for
	// another one that is sending the same bytes to the same station. It goes with
	// Now; nil = in real time.
	Pause  func(ctx context.Context, over <-chan struct{}, d time.Duration)
	Random io.Reader // nil = crypto/rand.Reader
	// Authority is the hub's, which a collection gets whose header names none: otherwise no
	// hub could take its labels off. A hub can put no other into a draft: see Device.MakeFor.
	// Zero = none.
	Authority collection.KeyID

	// Name and Owner stand in the title of a collection that is made without
	// one: see Title. An empty Name leaves it without.
	Name, Owner string
}

// Device makes and shares collections of one user. It is safe for concurrent
// use if its Media are.
type Device struct {
	user   collection.UserID
	signer collection.Signer
	media  Media
	cfg    Config

	sending shareclient.Sending
}

// New makes a device of a user, whose key is the signer's.
func New(user collection.UserID, signer collection.Signer, media Media, cfg Config) *Device {
	cfg.Store = cmp.Or[transport.Store](cfg.Store, new(memstore.Store))
	cfg.Random = cmp.Or(cfg.Random, rand.Reader)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Device{user: user, signer: signer, media: media, cfg: cfg, sending: shareclient.Sending{Pause: cfg.Pause}}
}

// Make makes a collection of the device's user and stores it. It fills in the
// ID, unless it is given, the author and the time, Config.Authority where the header names
// no authority, and, from its Media, the
// digests of all versions that the device has; and it seals the whole. Previews are
// those that the items come with, where the program has a decoder. Errors
// are those of the Media, the signer, the store and of collection.New.
func (d *Device) Make(ctx context.Context, h collection.Header, b collection.Body) (collection.Name, error) {
	c, err := d.draft(ctx, h, b)
	if err != nil {
		return collection.Name{}, err
	}
	if c, err = c.Sign(ctx, d.signer, d.cfg.Now()); err != nil {
		return collection.Name{}, err
	}
	return c.Name(), d.store(ctx, c)
}

// draft makes a collection of the device's user, without a seal.
func (d *Device) draft(ctx context.Context, h collection.Header, b collection.Body) (collection.Collection, error) {
	h.Author, h.Created = d.user, d.cfg.Now()
	if h.Authority.IsZero() {
		h.Authority = d.cfg.Authority
	}
	if h.Title == "" && d.cfg.Name != "" {
		h.Title = Title(h.Created, d.cfg.Name, d.cfg.Owner)
	}
	return shareclient.Draft(ctx, d.cfg.Random, h, b, d.openMedia)
}

// NewItemID makes an item's id, of Config.Random, whose error it returns.
func (d *Device) NewItemID() (collection.ItemID, error) { return collection.NewItemID(d.cfg.Random) }

// Collection returns a collection as the device has made it. The error wraps
// transport.ErrNotFound if it has not, or has forgotten it.
func (d *Device) Collection(ctx context.Context, name collection.Name) (collection.Collection, error) {
	data, err := d.stored(ctx, name)
	if err != nil {
		return collection.Collection{}, err
	}
	return collection.Decode(data)
}

// Collections lists the names of the collections that the device has made.
func (d *Device) Collections(ctx context.Context) iter.Seq2[collection.Name, error] {
	return func(yield func(collection.Name, error) bool) {
		for r, err := range record.Walk(ctx, d.cfg.Store, collectionRecord.Under(), "", 0) {
			var name collection.Name
			if r.Key != "" { // it may be damaged
				name, err = record.Name(r.Key)
			}
			if !yield(name, err) || err != nil {
				return
			}
		}
	}
}

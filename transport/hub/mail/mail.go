// Package mail writes to those with whom a hub's members share and who are no
// members, and to members who have chosen to be written to besides: they get letters over
// channels of the program's own, with the title, the cover and a token. The token opens that
// much and, if the hub wants so, some partial versions; never the collection.
//
// A hub has a [Mailer] of its own, which hub.Hub.Mail returns and [Config] sets up.
// A program runs [Mailer.Run], or calls [Mailer.Deliver] now and then, and looks at
// [Mailer.Parked]. Letters wait in the hub's store, and outlast the process.
package mail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Config says how those who are no members, and members who want so, are written to. With the
// zero Config nobody is.
type Config struct {
	// Channel delivers the letters to mail addresses of those who are no members; nil = nobody
	// does, and none are kept.
	Channel notify.Channel
	// Channels are those that members may choose, by their names, of small letters and digits, such
	// as "mail" and "xmpp": see [Mailer.Choose].
	Channels map[string]notify.Channel
	// Unsubscribe is the base of the addresses at which letters are ended, such as
	// "https://hub.example.org/stop", to which a letter's handle is added. What is served there
	// calls [Mailer.Unsubscribe]. Empty = none.
	Unsubscribe string
	// Attach sends the collection itself along, in letters to those who may see it, where it has
	// at most so many bytes: whoever gets such a letter, or finds it, has all of it but the
	// versions. 0 = never.
	Attach int
	// ParkAfter is for how long a letter is tried that cannot be delivered, before it
	// is set aside; 0 = 3 days.
	ParkAfter time.Duration
	// MaxPerDay is how often one address is written to in a day, whoever shares with it;
	// 0 = 20, negative = any. A letter more waits until the day is over, and is set aside
	// after ParkAfter.
	MaxPerDay int64
	// LinkKey makes the tokens in letters, so that all letters to somebody on a
	// collection have the same; it is kept apart from the store, like the signer's
	// key. nil = another one after every start: links in older letters go on.
	LinkKey []byte
	// GuestVersions is how many partial versions, the smallest first, those with
	// such a token may read, besides title and cover.
	GuestVersions int
}

// Hub is what a Mailer needs of the hub that it writes for.
type Hub struct {
	Store transport.Store
	// Collection returns a collection to a recipient, and whether its author's seal stands. The
	// error wraps transport.ErrNotFound where the author goes on without the recipient.
	Collection func(ctx context.Context, name collection.Name, to Recipient) (c collection.Collection, sealed bool, err error)
	// Cover and Version return bytes of a collection's versions, as Library.Version does. Of
	// a cover that has still to come the error wraps transport.ErrPending.
	Cover   func(ctx context.Context, name collection.Name) ([]byte, error)
	Version func(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error)
	// Address returns where a recipient of a collection who is no member is written to, and the
	// random part of a blinded address; no address if it has become a member's.
	Address func(ctx context.Context, name collection.Name, to Recipient) (address string, r [16]byte, err error)
	// Name is what an author is called; empty = not known.
	Name func(ctx context.Context, author collection.UserID) (string, error)
	// Place is how an address stands in the hub's records: nobody finds out by trying which one
	// it is who does not have the hub's secret.
	Place func(ctx context.Context, to Recipient, address string) (records.Hash, error)
	// MayWrite counts a letter to a place, of so many in a day, and returns now; or,
	// without counting it, when the day is over if there were as many.
	MayWrite func(ctx context.Context, place records.Hash, most int64) (time.Time, error)
	// Finish waits for letters of what the hub has answered already.
	Finish func(ctx context.Context) error
	// Shared says that other processes have mailers on the same store.
	Shared bool
	// Gallery is the base of links: see hub.Config.
	Gallery string

	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
}

// Mailer writes the letters of one hub. All methods may be called concurrently.
type Mailer struct {
	hub     Hub
	cfg     Config
	drain   station.Drain
	news    chan struct{} // holds one if there may be new letters
	once    sync.Once
	closing chan struct{} // closed when the mailer is told to stop
}

var _ transport.LinkAccess = (*Mailer)(nil)

// New makes the mailer of a hub. The error wraps transport.ErrMalformed if the name of a channel
// is not one to 16 small letters and digits.
func New(h Hub, cfg Config) (*Mailer, error) {
	for name := range cfg.Channels {
		if !channelName.MatchString(name) {
			return nil, transport.At(transport.ErrMalformed, fmt.Sprintf("channel %q", name))
		}
	}
	cfg.ParkAfter = cmp.Or(cfg.ParkAfter, 72*time.Hour)
	cfg.MaxPerDay = cmp.Or(cfg.MaxPerDay, 20)
	if cfg.LinkKey == nil {
		cfg.LinkKey = make([]byte, sha256.Size)
		if _, err := io.ReadFull(h.Random, cfg.LinkKey); err != nil {
			return nil, err
		}
	}
	return &Mailer{hub: h, cfg: cfg, news: make(chan struct{}, 1), closing: make(chan struct{})}, nil
}

// channel is the one that a recipient is written to over; nil = there is none.
func (m *Mailer) channel(to Recipient) notify.Channel {
	if to.Channel == "" {
		return m.cfg.Channel
	}
	return m.cfg.Channels[to.Channel]
}

// Writes reports whether anybody is written to.
func (c Config) Writes() bool { return c.Channel != nil || len(c.Channels) > 0 }

// channelName is what channels are called, in keys, too.
var channelName = regexp.MustCompile("^[a-z0-9]{1,16}$")

// Wake has Run look for letters. The hub calls it when there may be new ones.
func (m *Mailer) Wake() {
	select {
	case m.news <- struct{}{}:
	default:
	}
}

// Close lets work under way finish, or returns the error of ctx, and ends Run. The
// hub calls it when it is closed.
func (m *Mailer) Close(ctx context.Context) error {
	m.once.Do(func() { close(m.closing) })
	return m.drain.Close(ctx)
}

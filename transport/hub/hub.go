// Package hub is the central station of an exchange: accounts, a temporary
// cache of partial versions, validation of collections with the authority's
// key, and notifications. Originals never pass through it.
//
// A Hub is made with [New], gets its users through [Hub.Accounts], and is
// served with [Hub.Handler] or, in process, with [Hub.As]. All that it has
// promised is in its store: a hub that is stopped or crashes goes on from there.
//
// A device may name recipients by mail address. The hub makes users of those it
// knows, and blinded addresses or temporary accounts of the others (see
// [Config].Unknown). Who is no member is written to over Config.Channel, by
// [Hub.Post]: title, cover and a token, which [Hub.LinkAccess] takes, and never the
// collection. Whose address becomes a user's reads the collection from then on.
package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/internal/station"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// Config says how a hub works. The zero Config works.
type Config struct {
	// Store keeps everything; nil = in memory.
	Store transport.Store
	// Directory is the user base; nil = the accounts that the hub keeps itself.
	// What another one says of keys is kept in the Store.
	Directory transport.Directory
	// RequiredFromDevice and RequiredFromPeer say how many versions, the smallest first, a share
	// must bring before the hub tells the recipients, or takes labels off;
	// 0 = 1 from a device, 2 from a peer.
	RequiredFromDevice, RequiredFromPeer int
	// MaxFailedProbes is how many times in a row Probe must find that a peer does not
	// give what it has announced before the hub takes it back; 0 = 5.
	MaxFailedProbes int
	// MaxVersion bounds one uploaded version, in bytes; 0 = 32 MiB.
	MaxVersion int64
	// MaxRecipients bounds the people that a shared collection names: recipients,
	// by user or address, and completers; 0 = 1,000.
	MaxRecipients int
	// Link is the base of the links in notifications, such as
	// "https://hub.example.org/c", to which the collection's name is added, or a
	// token in letters; empty = no links.
	Link string
	// Unknown says what becomes of a recipient's mail address that is no user's.
	Unknown Unknown
	// Channel writes to recipients who are not members; nil = nobody does. It is
	// called by [Hub.Deliver]. A letter that could not be delivered for ParkAfter
	// is set aside; 0 = 3 days.
	Channel   notify.Channel
	ParkAfter time.Duration
	// LinkKey makes the tokens in letters, so that all letters to somebody on a
	// collection have the same; it is kept apart from the Store, like the signer's
	// key. nil = another one after every start: links in older letters go on.
	LinkKey []byte
	// GuestVersions is how many partial versions, the smallest first, those with
	// such a token may read through the hub, besides title and cover.
	GuestVersions int
	// Wait is how long a request for notifications waits for news; 0 = 30 s.
	Wait time.Duration
	// Dial reaches a peer, to check what it announces; nil = over HTTP with
	// HTTP, which is nil for http.DefaultClient. Peers say themselves where they
	// are: a hub that can reach more than they should passes a client that dials
	// only what it may. Of one that is a transport.Library, too, as over HTTP, the
	// hub also asks partial versions that another peer could not supply.
	Dial func(transport.Source) transport.Originals
	HTTP *http.Client
	// Timeout bounds each answer of a peer, to its end: a block of what it has
	// announced, or one partial version. One that takes longer does not answer.
	// What a Dial of one's own returns must end with its context; 0 = 1 minute.
	Timeout time.Duration

	Now func() time.Time // nil = time.Now
	// Pause waits until over is closed or ctx ends, for d at most: who wants a version
	// that is coming already waits for it. It goes with Now; nil = in real time.
	Pause  func(ctx context.Context, over <-chan struct{}, d time.Duration)
	Random io.Reader    // nil = crypto/rand.Reader
	Log    *slog.Logger // nil = none
	Hooks  transport.Hooks
}

func (c Config) withDefaults(signer *signature.Signer) Config {
	setDefault(&c.RequiredFromDevice, 1)
	setDefault(&c.RequiredFromPeer, 2)
	setDefault(&c.MaxVersion, 32<<20)
	setDefault(&c.MaxRecipients, 1000)
	setDefault(&c.MaxFailedProbes, 5)
	setDefault(&c.Wait, 30*time.Second)
	setDefault(&c.Timeout, time.Minute)
	setDefault(&c.ParkAfter, 72*time.Hour)
	if c.Store == nil {
		c.Store = new(memstore.Store)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Dial == nil {
		caller := httplink.Caller{Signer: signer, Now: c.Now}
		c.Dial = func(s transport.Source) transport.Originals {
			return httplink.NewClient(s.URL, httplink.Sealed(caller, s.User), httplink.Options{HTTP: c.HTTP})
		}
	}
	return c
}

func setDefault[T comparable](value *T, otherwise T) {
	if zero := *new(T); *value == zero {
		*value = otherwise
	}
}

// Hub is a running hub. All methods may be called concurrently.
type Hub struct {
	cfg       Config
	signer    *signature.Signer
	keys      *signature.Keyring
	core      *station.Core
	accounts  *Accounts
	mailings  sync.Mutex // around changes of mailings
	learning  sync.Mutex // around changes of what is known of keys
	drain     station.Drain
	broadcast station.Broadcast
	once      sync.Once
	closing   chan struct{} // closed when the hub is told to stop
}

// New makes a hub whose authority is the signer's key. Errors are those of the
// store.
func New(ctx context.Context, signer *signature.Signer, cfg Config) (*Hub, error) {
	cfg = cfg.withDefaults(signer)
	cfg.Dial = timed(cfg.Dial, cfg.Timeout)
	h := &Hub{cfg: cfg, signer: signer, keys: new(signature.Keyring), closing: make(chan struct{})}
	if err := h.keys.AddAuthority(signer.Public()); err != nil {
		return nil, err
	}
	h.accounts = &Accounts{store: cfg.Store, signer: signer, keys: h.keys, now: cfg.Now, random: cfg.Random}
	if err := errors.Join(h.accounts.load(ctx), h.loadLearned(ctx)); err != nil {
		return nil, err
	}
	if err := h.makeLinkKey(); err != nil {
		return nil, err
	}
	if h.cfg.Directory == nil {
		h.cfg.Directory = h.accounts
	}
	h.accounts.joined = h.joined
	h.core = &station.Core{
		Store: cfg.Store, Keys: h.keys, Signer: signer, Now: cfg.Now, Pause: cfg.Pause, MaxBytes: cfg.MaxVersion, Cache: true,
		Received: cfg.Hooks.Received, Letters: h.letters,
		Rules: engine.Rules{
			Authority:          collection.KeyID(signer.Public().ID()),
			RequiredFromDevice: cfg.RequiredFromDevice, RequiredFromPeer: cfg.RequiredFromPeer, Notifies: true, Link: cfg.Link, MaxFailedProbes: cfg.MaxFailedProbes,
		},
	}
	if err := h.joinAll(ctx); err != nil {
		cfg.Log.Error("addresses not resolved yet", "error", err)
	}
	return h, nil
}

// PublicKey is the authority's key: stations add it to their keyrings, and
// collections name its ID.
func (h *Hub) PublicKey() signature.PublicKey { return h.signer.Public() }

// Accounts are the users that the hub keeps itself.
func (h *Hub) Accounts() *Accounts { return h.accounts }

// Handler serves the hub over HTTP, to callers with a token of its accounts.
func (h *Hub) Handler() http.Handler {
	return httplink.Server{
		Who: httplink.ByToken(h.accounts), LinkAccess: h.LinkAccess(), Log: h.cfg.Log,
		Hub:            func(i httplink.Identity) transport.Hub { return h.As(i.User) },
		RemoteVerifier: func(i httplink.Identity) transport.RemoteVerifier { return session{h, i.User} },
		IDAllocator:    func(i httplink.Identity) transport.IDAllocator { return session{h, i.User} },
	}.Handler()
}

// As is the hub as it is for one user, whom the caller vouches for.
func (h *Hub) As(user collection.UserID) transport.Hub { return session{h, user} }

// Close stops the hub: it lets work under way finish, and ends requests that
// wait for news. If ctx ends first, its error is returned and work may still be
// under way. Nothing that was acknowledged is lost in either case.
func (h *Hub) Close(ctx context.Context) error {
	h.once.Do(func() { close(h.closing) })
	return h.drain.Close(ctx)
}

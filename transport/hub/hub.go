// Package hub is the central station of an exchange: accounts, a temporary
// cache of partial versions, validation of collections with the authority's
// key, and notifications. Originals never pass through it.
//
// A Hub is made with [New], gets its users through [Hub.Accounts], and is served
// by a link: over HTTP by httplink.HubHandler, in process by [Hub.As]. All that it has
// promised is in its store: a hub that is stopped or crashes goes on from there.
// Several processes may be one hub, on one store that they share, with [Config].Bus:
// RUNBOOK.md says how to run them.
//
// A program calls [Hub.Run] for as long as it serves, in each process: that tells recipients
// what is left to tell, probes what homes serve, lets partial versions expire and writes
// letters, and tells what happens to [Config].Events. One with a schedule of its own calls the
// single steps that Run lists.
//
// All methods of a Hub and its parts may be called concurrently. Beside the errors that they
// name, they return those of the store (transport.ErrStorage), of another user base where there
// is one, of the context, and, of the Hub, transport.ErrClosed once it is closed. What they return is the caller's; what
// Config points to, the store too, stays the program's to close, after the hub.
//
// What one user can have a hub keep, send, open or wait for is bounded by [Config].Quotas,
// exactly, whatever crashes; [Hub.Quotas] is for who operates it. Links ask [Hub.Admit] before they
// read a body, and so does who calls a hub in process for strangers. What comes from those with
// whom a user has never shared is held back beyond [Config].Unasked.
//
// A device may name recipients by mail address. The hub makes users of those it
// knows, and blinded addresses or temporary accounts of the others (see
// [Config].Unknown). Who is no member is written to by [Hub.Mail]: title, cover and
// a token, which [Hub.Glimpse] takes, and never the collection. Whose address
// becomes a user's reads the collection from then on.
package hub

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/station"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// Hub is a running hub. All methods may be called concurrently.
type Hub struct {
	guests
	cfg       Config
	shared    bool // other processes have the same store
	core      *station.Core
	accounts  *Accounts
	users     *users
	addresses *addresses
	mail      *mail.Mailer
	drain     station.Drain
	claims    claims
	checks    turns.Turns[promise]
	leftover  leftover
	sampled   atomic.Int64 // how many items were sampled
	quotas    *quotas
	authority signature.PublicKey
	running   context.Context // ends when the hub is told to stop, by
	stop      context.CancelFunc
}

// guests is what those see who have the token of a letter: the mailer.
type guests interface{ transport.LinkAccess }

var (
	_ transport.HubServer = (*Hub)(nil)
	_ transport.Admission = (*Hub)(nil)
	_ collection.Verifier = Keys{}
)

// New makes a hub whose authority is the signer's key, or the one whose Config.Roster
// lists it. It reads next to nothing, whatever is stored. Errors are those of the store,
// and signature.ErrKey for a roster that does not list the key.
func New(ctx context.Context, signer *signature.Signer, cfg Config) (*Hub, error) {
	shared := cfg.Bus != nil
	cfg = cfg.withDefaults()
	h := &Hub{cfg: cfg, shared: shared}
	h.running, h.stop = context.WithCancel(context.Background())
	keys, err := newHubKeys(ctx, signer.Public(), cfg.Roster)
	if err != nil {
		return nil, err
	}
	h.accounts = &Accounts{store: cfg.Store, signer: signer, keys: keys, now: cfg.Now, random: cfg.Random, joined: h.joined, left: h.left}
	cfg.Directory = cmp.Or[transport.Directory](cfg.Directory, h.accounts)
	h.cfg = cfg
	h.users = &users{cfg: cfg, accounts: h.accounts, keys: keys}
	h.quotas = &quotas{store: cfg.Store, all: cfg.Quotas, now: cfg.Now, memory: cfg.Memory}
	h.core, h.authority = h.newCore(signer, keys), keys.authority
	h.addresses = &addresses{cfg: cfg, core: h.core, users: h.users, quotas: h.quotas}
	if h.mail, err = mail.New(h.forMail(), cfg.Mail); err != nil {
		return nil, err
	}
	h.guests = h.mail
	if cfg.Mail.Writes() {
		h.core.Letters = h.letters
	}
	if err := h.core.Resume(ctx, !shared); err != nil {
		return nil, err
	}
	if err := h.addresses.joinAll(ctx, maxJoined); err != nil {
		cfg.Log.Error("addresses not resolved yet", "error", err)
	}
	return h, nil
}

func (h *Hub) newCore(signer *signature.Signer, keys *keys) *station.Core {
	cfg := h.cfg
	return station.New(station.Config{
		Bus: cfg.Bus, Notified: h.wake, Later: h.later, Failed: func(err error) { h.failed("work beside requests", err, 0) },
		Store: cfg.Store, Keys: keys, Signer: signer, Dial: cfg.Dial, Now: cfg.Now, Random: cfg.Random, Pause: cfg.Pause, MaxBytes: cfg.MaxVersion, Cache: true,
		Left: h.quotas.left, PartAge: cfg.PartAge, Unasked: station.Unasked(cfg.Unasked),
		Shared: h.shared, Interval: max(cfg.UpkeepInterval, 0),
		Rules: engine.Rules{
			Authority:          collection.KeyID(keys.authority.ID()),
			RequiredFromDevice: cfg.RequiredFromDevice, RequiredFromPeer: cfg.RequiredFromPeer, Notifies: true, Link: albums(cfg.Gallery), MaxFailedProbes: cfg.MaxFailedProbes,
		},
	})
}

// albums is the base of the links to collections in a gallery; empty = there are none.
func albums(gallery string) string {
	if gallery == "" {
		return ""
	}
	return gallery + "/album"
}

// PublicKey is the authority's root key: stations add it to their keyrings, and
// collections name its ID.
func (h *Hub) PublicKey() signature.PublicKey { return h.authority }

// Accounts are the users that the hub keeps itself.
func (h *Hub) Accounts() *Accounts { return h.accounts }

// Mail writes to recipients who are no members, and to members who have chosen channels.
func (h *Hub) Mail() *mail.Mailer { return h.mail }

// As is the hub as it is for one user, whom the caller vouches for.
func (h *Hub) As(user collection.UserID) transport.Hub { return listing{session{h, user}} }

// UserOf returns whose a token of the hub's accounts is.
func (h *Hub) UserOf(ctx context.Context, token string) (collection.UserID, error) {
	return h.accounts.UserOf(ctx, token)
}

// Running ends when the hub is told to stop, by Close.
func (h *Hub) Running() context.Context { return h.running }

// Expire removes the partial versions that came before a time from the cache.
// What has not come whole goes after Config.PartAge, and what belongs to items that were
// withdrawn a week after that, whatever the time is: a hub whose partial versions stay for good
// calls Expire with the zero time. Readers who ask for what has expired get it from those who
// serve the item, through the hub, which then has it again. Labels do not come back by it: what is complete stays complete, and a new
// share is asked only for the versions that have expired.
//
// The program calls Expire every minute, say: rounds begin and are shared among processes
// as those of [Hub.Probe]. Requests wait while some versions of one author are removed, at
// most 256. Errors are those of the store; after one, Expire can be called again.
func (h *Hub) Expire(ctx context.Context, before time.Time) error {
	return h.drain.Do(func() error { return h.core.Expire(ctx, before) })
}

// Close stops the hub: it lets work under way finish, and ends requests that
// wait for news. Callers over a link who still send something, or take it, are
// broken off soon. If ctx ends first, its error is returned and work may still be
// under way. Nothing that was acknowledged is lost in either case.
func (h *Hub) Close(ctx context.Context) error {
	h.stop()
	return cmp.Or(h.drain.Close(ctx), h.mail.Close(ctx))
}

// wake wakes those who were told something, and the mailer: there may be letters.
func (h *Hub) wake(told ...collection.UserID) {
	station.Wake(h.cfg.Bus, told...)
	h.mail.Wake()
}

// later does work beside what is asked of the hub, until it is closed.
func (h *Hub) later(work func(context.Context)) {
	if h.drain.Enter() != nil {
		return // another process does it, or the next one
	}
	h.cfg.Beside(func() {
		defer h.drain.Leave()
		work(h.running)
	})
}

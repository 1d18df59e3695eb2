package hub

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/internal/station"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// Config says how a hub works. The zero Config works.
type Config struct {
	// Store keeps everything; nil = in memory.
	Store transport.Store
	// Directory is the user base; nil = the accounts that the hub keeps itself.
	// What another one says of keys is kept in the Store, as of when the hub has asked it
	// last. A server that has revoked a key in its own names the user in KeyNews, so that
	// the hub, and stations that are idle, hear of it at once.
	Directory transport.Directory
	// Roster is the authority's, which its root key has sealed, if the hub has an operating
	// key and the root stays offline: collections then name the root. Stations start with
	// the root and a roster in their keyrings, and learn the next ones; what the hub calls
	// peers with shows it, too. To rotate, start the hub with the next roster and the
	// next key, and leave the former one listed: of a key that is removed, what it has said
	// of users' keys does not stand either. The zero Roster = the hub's key is the root.
	Roster signature.Roster
	// RequiredFromDevice and RequiredFromPeer say how many versions, the smallest
	// first, a share must bring before the hub tells the recipients, or takes labels
	// off; 0 = 1 from a device, 2 from a peer. The complete one is never asked for.
	RequiredFromDevice, RequiredFromPeer int
	// MaxFailedProbes is how many times in a row Probe must find that a peer does not
	// serve what it has announced before the hub takes it back; 0 = 5.
	MaxFailedProbes int
	// UpkeepInterval is at least between the beginnings of two rounds of [Hub.Probe], and of
	// [Hub.Expire], at whatever process of the hub: the MaxFailedProbes-th part of the
	// time for which a home computer may be off. 0 = 4 hours; negative = each call begins
	// a round: then the program calls no more often than that, from one process, and not Run.
	UpkeepInterval time.Duration
	// KeepVersions is for how long Run leaves partial versions in the cache: see [Hub.Expire].
	// 0 = for good.
	KeepVersions time.Duration
	// Events takes what happens at the hub, event.Shared and event.Failed: see package event.
	// What others tell its security stands in the log alone. nil = only Log does.
	Events func(event.Event)
	// MaxVersion bounds one uploaded version, in bytes; 0 = 32 MiB.
	MaxVersion int64
	// MaxRecipients bounds the people that a shared collection names: recipients,
	// by user or address, and completers; 0 = 1,000. Completers are MaxCompleters of them at most.
	MaxRecipients int
	// Quotas bound what one user can have the hub keep, send, open or wait for; the zero
	// Quotas are safe defaults. [Hub.Quotas] changes them for single users.
	Quotas Quotas
	// Memory is how many bytes of messages of more than 64 KiB may be in memory at once, for
	// all users together, while they are read and acted on; 0 = 64 MiB, negative = any.
	Memory int64
	// PartAge is for how long a version is kept of which nothing more comes, and that is not
	// whole; 0 = a day, negative = for ever, unless [Hub.Expire] removes it before.
	PartAge time.Duration
	// Unasked is how much a day comes into the feed of a user from those with whom the user
	// has never shared, nor consented to: see [UserQuotas.Consent].
	Unasked Unasked
	// Gallery is the base URL of the pages on which people see collections, such as
	// "https://hub.example.org/gallery", for links in notifications and letters: for those who
	// have an account to /album/ and the collection's name, and for others to /link and, in the
	// fragment, which browsers send to nobody, the token of their letter. Empty = no links.
	Gallery string
	// Unknown says what becomes of a recipient's mail address that is no user's.
	Unknown Unknown
	// Mail says how recipients who are not members are written to.
	Mail mail.Config
	// Wait is how long a request for notifications waits for news, and one for versions
	// for the next that comes; 0 = 30 s.
	Wait time.Duration
	// Dial reaches a peer as the authority, to check what it announces, and to ask
	// it for partial versions that another peer could not supply; nil = nobody can be
	// reached, and so nothing be announced. Peers say themselves where they are: it
	// connects only to public addresses and to networks that the operator lists, as
	// httplink.Dialer does by default.
	Dial transport.Dialer
	// Timeout bounds each answer of a peer, to its end: a block of what it has
	// announced, or one partial version. One that takes longer does not answer.
	// What Dial returns must end with its context; 0 = 1 minute.
	Timeout time.Duration
	// Probes is how many sources [Hub.Probe] asks at once; 0 = 64.
	Probes int

	// Bus wakes those who wait at other processes of the hub, which share its store;
	// nil = there are none.
	Bus transport.Bus

	Now func() time.Time // nil = time.Now
	// Beside does work that nobody waits for: telling the recipients of a share, say. nil = in
	// a goroutine of its own.
	Beside func(work func())
	// Pause waits until over is closed or ctx ends, for d at most: who wants a version
	// that is coming already waits for it. It goes with Now; nil = in real time.
	Pause  func(ctx context.Context, over <-chan struct{}, d time.Duration)
	Random io.Reader    // nil = crypto/rand.Reader
	Log    *slog.Logger // nil = none
}

// Unasked bounds what comes in a day from strangers, for each user: from all of them
// together, and from one a quarter of it. What is over is held back, and can be read by
// who asks for it. 0 is the default, and a negative number no bound.
type Unasked struct {
	Collections int64 // 0 = 400
	Items       int64 // 0 = 100,000
}

// Unknown says what becomes of a mail address that is no user's.
type Unknown uint8

// The policies for unknown addresses.
const (
	// Blind puts a blinded address into the collection.
	Blind Unknown = iota
	// Temporary makes a temporary account for the address, and its user a
	// recipient. A server with a Directory of its own makes the person that user
	// when they join: see [Hub.Joined].
	Temporary
)

func (c Config) withDefaults() Config {
	c.RequiredFromDevice = cmp.Or(c.RequiredFromDevice, 1)
	c.RequiredFromPeer = cmp.Or(c.RequiredFromPeer, 2)
	c.MaxVersion = cmp.Or(c.MaxVersion, 32<<20)
	c.MaxRecipients = cmp.Or(c.MaxRecipients, 1000)
	c.MaxFailedProbes = cmp.Or(c.MaxFailedProbes, 5)
	c.UpkeepInterval = cmp.Or(c.UpkeepInterval, 4*time.Hour)
	c.Quotas = c.Quotas.or(defaultQuotas)
	c.Memory = cmp.Or(c.Memory, station.DefaultMemory)
	c.PartAge = cmp.Or(c.PartAge, day)
	c.Unasked.Collections = cmp.Or(c.Unasked.Collections, 400)
	c.Unasked.Items = cmp.Or(c.Unasked.Items, 100_000)
	c.Wait = cmp.Or(c.Wait, 30*time.Second)
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.Probes = cmp.Or(c.Probes, 64)
	c.Dial = timed(c.Dial, c.Timeout)
	c.Store = cmp.Or[transport.Store](c.Store, new(memstore.Store))
	c.Bus = cmp.Or[transport.Bus](c.Bus, new(memstore.Bus))
	c.Random = cmp.Or(c.Random, rand.Reader)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if c.Beside == nil {
		c.Beside = func(work func()) { go work() }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

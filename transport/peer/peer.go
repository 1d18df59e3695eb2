// Package peer is the station of a user that holds originals: a home computer,
// a NAS, a phone that receives. It has three parts: what the author's home does
// ([Author]: make, publish, edit, take back), what a recipient does ([Reader]: hear,
// verify, show, wish, fetch, print), and what it serves to others ([Peer.As]), which
// is also the end of the local link of its user's devices. Over HTTP
// httplink.PeerHandler serves it, and httplink.Dialer reaches others.
//
// A hub is not required: without one, a peer tells the recipients of its user's
// collections itself and vouches with its user's key for what it serves; they call
// [Reader.ReceiveFrom].
//
// A program calls [Peer.Run] for as long as it serves: that receives, fetches, publishes and
// hears of whom keys were revoked, and tells what happens to Config.Events. One with a schedule
// of its own calls the single steps that Run lists. A user interface shows [Peer.Freshness].
//
// All methods of a Peer and its parts may be called concurrently. Beside the errors that they
// name, they return transport.ErrNotFound for a collection or an item that is not known here,
// those of the store (transport.ErrStorage), of the context, and transport.ErrClosed once the
// peer is closed. What they return is the caller's; what Config points to, the store too, stays
// the program's to close, after the peer.
//
// Everything that reaches the network or hands data out asks the collection's
// gate first; what it refuses causes no request at all. Nothing is stored or
// shown before its seals and digests are verified.
package peer

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
	"github.com/glimpse-go/glimpse/transport/internal/station"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// Config says how a peer works. The zero Config works for a peer that has no
// hub and is not reached by others.
type Config struct {
	// Store keeps everything; nil = in memory.
	Store transport.Store
	// Keys says whose keys are whose; key statements that the hub sends, or that
	// callers show, are added. nil = an empty keyring, with the peer's own key.
	Keys *signature.Keyring
	// Hub is the hub, for the peer's user; nil = none.
	Hub transport.Hub
	// Statement says whose the peer's own key is, to be shown to other peers: the roster
	// of its user that lists the key, or a key statement by an authority that Keys trusts;
	// empty = they know the key. The peer goes by it, too, and no authority's word adds
	// another key of its user's.
	Statement []byte
	// URL is the base URL at which others reach the peer, which seals that it serves
	// there; empty = it serves nobody and cannot announce. It may be another one at each
	// start. Where it begins with https, the peer is served with its own key, as
	// httplink.ServerTLS does, or nobody asks it.
	URL string
	// Also are more base URLs at which others reach the peer, which its endpoint lists behind
	// URL, such as that of a p2plink.Host.
	Also []string
	// Web says that browsers reach the peer at URL, too, where it shows a certificate of a
	// public authority: see collection.Endpoint.
	Web bool
	// Render makes partial versions that a hub asks for; nil = none are made.
	Render Renderer
	// Workers is how many versions are made at once; 0 = GOMAXPROCS.
	Workers int
	// Events takes what happens at the peer: see package event. nil = only Log does.
	Events func(event.Event)
	// Publishes says that Run publishes a collection once a device of the peer's user has
	// handed over all of it, or at the time of Author.PublishAt if there is one: so recipients
	// are told once that the originals are there, and not of each that comes.
	Publishes bool
	// Homes are peers of other users that tell their recipients themselves, from which Run
	// receives: see Reader.ReceiveFrom. They are told what is new of the collections that name
	// no authority, too: see Author.PublishDue.
	Homes []transport.Source
	// Retry is the pause after the first try in vain: at a wish for which nobody
	// could be reached, at a look for whether the label that a wish waits for is
	// gone, or at a notification that could not be verified. Each next one is twice
	// as long, a day at most; 0 = 1 minute.
	Retry time.Duration
	// MaxPartial is how many bytes a partial version that is fetched may have;
	// 0 = 32 MiB.
	MaxPartial int64
	// Quotas bound what is kept of versions that have not come whole; the zero Quotas are
	// safe defaults.
	Quotas Quotas
	// Policy returns the rights; nil = label.DefaultPolicy.
	Policy label.Policy
	// Dial reaches other peers for the peer's user; nil = nobody can be reached. They say
	// themselves where they are: see httplink.Dialer, and list the network of a home whose
	// stations reach each other in it.
	Dial transport.Dialer
	// Find finds stations that serve an original where nobody who is known does, and those that
	// hold a collection, to tell them what is new of it; nil = nobody
	// else is asked. See p2plink.Host.
	Find transport.Finder

	// Notifies says that the peer would rather tell the recipients itself than
	// let the hub do it: they then hear by ReceiveFrom.
	Notifies bool
	// Accept asks the peer's user how many versions, the smallest first, of a
	// collection of another user to take that a device hands over at a local link;
	// 0 = it is refused. nil = nothing is taken.
	Accept func(ctx context.Context, from collection.UserID, c collection.Collection) int
	// Stale is for how long the latest word of the hub's authority on revoked keys is good:
	// see Freshness. 0 = 7 days, negative = for ever.
	Stale time.Duration
	// KeyInterval is how often Run asks the hub for it: so a key that is revoked may do for
	// as long what it could do before. 0 = 1 minute.
	KeyInterval time.Duration
	// AcceptReader decides whether a user whom the hub has named for an address, in a
	// collection of the peer's user, is who was meant, and may have the originals: see
	// Author.AcceptReader. It is asked again each time that the hub tells of the collection,
	// until it says yes. nil = nobody is accepted before Author.AcceptReader says so; one that
	// always returns true trusts the hub to name whom it likes.
	AcceptReader func(ctx context.Context, name collection.Name, user collection.UserID) bool
	// Wait is how long a request for notifications waits for news, and one for versions for
	// the next that comes, and the pause of Receive while nothing waits but what cannot be
	// verified; 0 = 30 s. A hub may wait a minute longer before Reader.Versions gives it up.
	Wait time.Duration

	Now func() time.Time // nil = time.Now
	// Beside does work that nobody waits for: telling recipients, say. nil = in a
	// goroutine of its own.
	Beside func(work func())
	// Pause waits until over is closed or ctx ends, for d at most: who wants a version
	// that is coming already waits for it. It goes with Now; nil = in real time.
	Pause  func(ctx context.Context, over <-chan struct{}, d time.Duration)
	Random io.Reader    // nil = crypto/rand.Reader
	Log    *slog.Logger // nil = none
}

func (c Config) withDefaults() Config {
	c.Store = cmp.Or[transport.Store](c.Store, new(memstore.Store))
	c.Keys = cmp.Or(c.Keys, new(signature.Keyring))
	c.Workers = cmp.Or(c.Workers, runtime.GOMAXPROCS(0))
	c.Wait = cmp.Or(c.Wait, 30*time.Second)
	c.Retry = cmp.Or(c.Retry, time.Minute)
	c.Stale = cmp.Or(c.Stale, 7*24*time.Hour)
	c.KeyInterval = cmp.Or(c.KeyInterval, time.Minute)
	c.MaxPartial = cmp.Or(c.MaxPartial, 32<<20)
	c.Quotas = c.Quotas.withDefaults()
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

// all is more versions than any ladder has.
const all = label.MaxVersions + 1

// Peer is a running peer of one user. All methods, of its parts too, may be called
// concurrently.
type Peer struct {
	*base
	Author *Author // for the collections that its user makes, or may complete
	Reader *Reader // for those that others share with its user
}

// base is what the parts of a peer share: what it knows, and how it catches up with
// those who know more.
type base struct {
	user   collection.UserID
	signer *signature.Signer
	cfg    Config
	core   *station.Core
	drain  station.Drain
	calls  station.Calls

	endpoint []byte     // sealed: where the peer serves; empty = nowhere
	keeping  sync.Mutex // around keepKey
	learned  learned
	handing  handing
	keyed    keyed
	recent   recent
	known    known
	sending  shareclient.Sending
	words    turns.Turns[collection.Name] // to say something, or to hear what became of it
	bus      memstore.Bus                 // wakes those who wait for news
	running  context.Context              // ends when the peer is told to stop, by
	stop     context.CancelFunc

	refreshing sync.Mutex // around refreshKeys
	fresh      freshness
	stopped    stopped
	asking     chan struct{} // has one for each caller who is asked about
	gossiping  chan struct{} // has one when there may be something to tell those who hold a collection
}

// Author is what a peer does for the collections that its user makes, or may
// complete: it makes, publishes and edits them, and says what is lost.
type Author struct {
	*base
	scheduled chan struct{} // has one when there is another time
}

// Reader is what a peer does for the collections that are shared with its user.
type Reader struct {
	*base
	news      sync.Mutex    // around keepNews and the end of collectNews
	following following     // the latest news
	wishing   chan struct{} // has one when there may be something to fetch
}

// New makes a peer of a user with a key of the user's. Errors are those of the
// store, and signature.ErrKey if the keyring knows the key as another user's.
func New(ctx context.Context, user collection.UserID, signer *signature.Signer, cfg Config) (*Peer, error) {
	cfg = cfg.withDefaults()
	b := &base{user: user, signer: signer, cfg: cfg, asking: make(chan struct{}, maxAsking), gossiping: make(chan struct{}, 1), sending: shareclient.Sending{Pause: cfg.Pause}}
	b.running, b.stop = context.WithCancel(context.Background())
	b.core = station.New(station.Config{
		Store: cfg.Store, Keys: station.Keyring{Keyring: cfg.Keys}, Now: cfg.Now, Random: cfg.Random, Pause: cfg.Pause,
		Left: b.left, PartAge: cfg.Quotas.PartAge,
		Signer: signer, Dial: cfg.Dial, Bus: &b.bus, Notified: b.wake, Progress: b.progress, With: b.gossips, Serves: b.carries, Later: b.later, Failed: func(err error) { b.failed("work beside requests", err, 0) },
		Rules: engine.Rules{RequiredFromDevice: all, RequiredFromPeer: all, Key: signer.ID(), Own: transport.Source{User: user, URL: cfg.URL}},
	})
	if err := b.knowOwnKey(ctx); err != nil {
		return nil, err
	}
	if err := b.loadKeys(ctx); err != nil { // before any job, which leaves alone what it cannot verify
		return nil, err
	}
	if err := b.loadFreshness(ctx); err != nil {
		return nil, err
	}
	if err := b.sealEndpoint(ctx); err != nil {
		return nil, err
	}
	if err := b.core.Resume(ctx, true); err != nil {
		return nil, err
	}
	return &Peer{base: b, Author: &Author{b, make(chan struct{}, 1)}, Reader: &Reader{base: b, wishing: make(chan struct{}, 1)}}, nil
}

// wake wakes those who wait for news of users.
func (p *base) wake(users ...collection.UserID) { station.Wake(&p.bus, users...) }

// later does work beside what is asked of the peer, until it is told to stop.
func (p *base) later(work func(context.Context)) {
	if p.drain.Enter() != nil {
		return // it is done after the next start
	}
	p.cfg.Beside(func() {
		defer p.drain.Leave()
		work(p.running)
	})
}

// knowOwnKey puts the peer's key into the keyring: by its statement if there is
// one, which binds the user before anything that others say.
func (p *base) knowOwnKey(ctx context.Context) error {
	if len(p.cfg.Statement) == 0 {
		return p.cfg.Keys.Trust(p.user, p.signer.Public())
	}
	word, err := station.ReadWord(p.cfg.Statement)
	if err != nil {
		return err
	}
	return word.AddTo(ctx, p.cfg.Keys)
}

// Close stops the peer: it lets work under way finish, and ends requests that
// wait for news. Callers over a link who still send something, or take it, are broken off
// soon. What has still to be told or announced goes on after the next start.
// If ctx ends first, its error is returned. Nothing that was acknowledged is lost in
// either case.
func (p *Peer) Close(ctx context.Context) error {
	p.stop()
	err := p.drain.Close(ctx)
	p.Reader.following.keep(nil)
	return err
}

// Names lists the collections that the peer knows.
func (p *Peer) Names(ctx context.Context) ([]collection.Name, error) { return p.core.Names(ctx) }

// Picture is what a partial version is made of.
type Picture struct {
	Item     collection.Item
	Version  label.Version  // the version wanted
	Original transport.Blob // the complete version; closed by the peer
}

// Renderer makes partial versions. It is safe for concurrent use.
type Renderer interface {
	// Render writes the version of a picture to w. It must write the same bytes
	// for the same picture as far as it can: what it writes is sealed.
	//
	// An error that wraps errors.ErrUnsupported says that this version cannot be
	// made here: the file is damaged, of a kind that the program does not know, or
	// needs a program that is not installed. It is logged, the item goes on without
	// the version, as all others go on with theirs, and it is tried again when the
	// collection is published again. Any other error ends the publishing.
	Render(ctx context.Context, picture Picture, w io.Writer) error
}

// A Previewer is a Renderer that makes previews, too, as collection.Item has them: of
// items that have none, for instance since their device cannot decode pictures. They
// go into the edition that the versions made need; none is made for them alone.
type Previewer interface {
	Renderer
	// Preview returns the preview of a version that Render has written, at most 32
	// bytes. An error is logged, and the item goes on without a preview.
	Preview(version []byte) ([]byte, error)
}

// RendererFunc makes a Renderer of a function.
type RendererFunc func(ctx context.Context, picture Picture, w io.Writer) error

// Render implements Renderer.
func (f RendererFunc) Render(ctx context.Context, picture Picture, w io.Writer) error {
	return f(ctx, picture, w)
}

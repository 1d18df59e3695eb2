package peer

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// As is the peer as it is for one caller, whom the link vouches for. A user gets
// the collections that the user may read, their versions, and the notifications
// that wait where the peer itself tells the recipients: with it a family needs no
// hub. Where a collection names no authority, a peer that has a URL tells its recipients of it
// whoever has made it, unless they are more than 256. Originals are there once they are announced; who may vouch for them gets
// them before, and the author what is withdrawn, too. Whom the hub alone has named for
// an address gets none, and an error that wraps transport.ErrPending, until the author
// accepts. An authority gets single blocks of originals of the collections that name it,
// by which it checks announcements, and all partial versions, since it may lack what
// another peer could not supply. At the local link the peer takes shares of its own user, in all
// their versions, and those of others as Config.Accept says. It takes
// notifications for its user from those who tell the recipients themselves: the
// author of the collection or one who may complete it, and, of what it knows that names no
// authority, whoever may read it; Reader.Receive then returns
// them. Settings are for its own user's devices.
func (p *Peer) As(caller transport.Identity) transport.Home { return home{p, caller} }

// Key implements transport.PeerServer.
func (p *Peer) Key() collection.KeyID { return p.signer.Public().ID() }

// Verify implements collection.Verifier with the peer's keyring.
func (p *Peer) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	return p.cfg.Keys.Verify(ctx, typ, statement, seal, issued)
}

// Learn implements transport.PeerServer. Where the authority's word is stale, it is asked
// first: who calls may have been stopped.
func (p *Peer) Learn(ctx context.Context, statements [][]byte) error {
	if p.isStale() {
		p.refreshStale(ctx)
	}
	done, err := p.meetStrangers(ctx, statements)
	if err != nil {
		return err
	}
	defer done()
	return p.learn(ctx, statements)
}

// Running ends when the peer is told to stop, by Close.
func (p *Peer) Running() context.Context { return p.running }

var (
	_ transport.PeerServer = (*Peer)(nil)
	_ transport.Admission  = (*Peer)(nil)
)

// home is the peer as it is for one caller; the zero user is the authority whose
// key it is.
type home struct {
	*Peer
	caller transport.Identity
}

// Collection implements transport.Library.
func (h home) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return station.Inside(&h.drain, func() (transport.State, error) {
		if err := h.mayBegin(ctx, name); err != nil {
			return transport.State{}, err
		}
		return h.core.Server.Whole(ctx, h.caller.User, name, h.statements)
	})
}

// Heads returns what an album goes on in that the caller may read, in the order in which it was
// made; nothing where its author has replaced nothing of it.
func (h home) Heads(ctx context.Context, of collection.Name) ([]collection.Name, error) {
	return station.Inside(&h.drain, func() ([]collection.Name, error) {
		return station.Heads(ctx, h.core.Server, h.caller.User, of)
	})
}

// Updates implements transport.Library.
func (h home) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return station.Inside(&h.drain, func() (transport.State, error) {
		if err := h.mayBegin(ctx, name); err != nil {
			return transport.State{}, err
		}
		return h.core.Server.Changes(ctx, h.caller.User, name, h.statements)
	})
}

// Collections implements transport.Library. It ends where the caller's key is stopped.
func (h home) Collections(ctx context.Context, asked []transport.Known) iter.Seq2[transport.State, error] {
	return func(yield func(transport.State, error) bool) {
		caller := h.standing()
		for s, err := range station.Lacking(ctx, h, asked) {
			stopped := caller.check()
			if stopped != nil {
				s, err = transport.State{}, stopped
			}
			if !yield(s, err) || stopped != nil {
				return
			}
		}
	}
}

// Version implements transport.Library.
func (h home) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return station.Inside(&h.drain, func() (*transport.Stream, error) {
		if err := h.mayBegin(ctx, ref.Collection); err != nil {
			return nil, err
		}
		if !h.caller.User.IsZero() {
			return h.core.Server.Partial(ctx, h.caller.User, ref, offset)
		}
		if err := h.meet(ctx, ref.Collection); err != nil {
			return nil, err
		}
		state, err := h.audit(ctx, ref.Collection)
		if err != nil {
			return nil, err
		}
		return h.core.Server.PartialOf(ctx, state, ref, offset)
	})
}

// Versions implements transport.Library. An authority asks for what it lacks one by one.
func (h home) Versions(ctx context.Context, name collection.Name, version int, held transport.Bits) (io.ReadCloser, error) {
	return h.drain.Reader(func() (io.ReadCloser, error) {
		if err := h.mayBegin(ctx, name); err != nil {
			return nil, err
		}
		caller := h.standing()
		r, err := h.core.Server.Pull(ctx, h.caller.User, name, version, held, h.cfg.Wait, h.running.Done())
		if err != nil {
			return nil, err
		}
		return caller.of(r), nil
	})
}

// Changes implements transport.Feed.
func (h home) Changes(ctx context.Context, request transport.ChangesRequest) (transport.Changes, error) {
	return h.drain.Changes(func() (transport.Changes, error) {
		caller := h.standing()
		news, err := h.core.Server.Feed(ctx, h.caller.User, request, h.statements, h.cfg.Wait, h.running.Done())
		if err != nil {
			return transport.Changes{}, err
		}
		if news.Versions != nil {
			news.Versions = caller.of(news.Versions)
		}
		if err := caller.check(); err != nil { // it has waited
			return refused(news, err)
		}
		return h.mayHear(ctx, news)
	})
}

// statements returns the key statements of the parties to a collection, as far as
// the peer has any. Keys that are pinned have none: who reads knows them too.
func (p *base) statements(ctx context.Context, s engine.State) ([][]byte, error) {
	own, err := p.ownStatement()
	if err != nil {
		return nil, err
	}
	var all [][]byte
	if len(own) > 0 {
		all = append(all, own)
	}
	records, err := p.cfg.Store.Get(ctx, p.keyed.of(s.Collection)...)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		word, err := station.ReadWord(r.Value)
		if err != nil {
			return nil, transport.At(errors.Join(transport.ErrStorage, err), r.Key)
		}
		ofAuthority := word.Roster != nil && collection.KeyID(word.Roster.By.ID()) == s.Collection.Authority()
		if (ofAuthority || engine.MayComplete(s.Collection, word.User())) && string(r.Value) != string(own) {
			all = append(all, r.Value)
		}
	}
	return all, nil
}

// ownStatement returns what shows that the peer's key is its user's: the latest roster of
// the user's, if there is one.
func (p *base) ownStatement() ([]byte, error) {
	if latest, known := p.cfg.Keys.Roster(p.user, [32]byte{}); known {
		return latest.MarshalBinary()
	}
	return p.cfg.Statement, nil
}

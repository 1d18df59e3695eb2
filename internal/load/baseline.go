package main

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// cost is what one step of a hub costs that no hub can do without: the seals that it
// makes, the bytes that it writes, and those of the answer's message.
type cost struct{ seals, written, answer int }

// baseline is a hub that does nothing else. It is served by the same handler and knows
// its callers by their tokens; it verifies each new seal once, makes as many seals as
// the hub does, appends as many bytes to a log with a group commit, and answers as many
// bytes. It decodes a collection only to verify it, and stores nothing that could be
// found again.
type baseline struct {
	transport.LinkAccess
	keys   *signature.Keyring
	signer *signature.Signer
	users  map[string]collection.UserID // by token
	log    *groupLog
	cost   atomic.Pointer[cost] // of the next steps
}

// newBaseline serves a baseline to the members of a site.
func newBaseline(s *site, log *groupLog) (*baseline, *server, error) {
	b := &baseline{keys: new(signature.Keyring), signer: s.signer, users: map[string]collection.UserID{}, log: log}
	for _, m := range s.members {
		b.users[m.token] = m.user
		if err := b.keys.Pin(m.user, m.signer.Public()); err != nil {
			return nil, nil, err
		}
	}
	served, err := serve(httplink.HubHandler(b, httplink.HandlerOptions{}))
	return b, served, err
}

// As implements transport.HubServer.
func (b *baseline) As(collection.UserID) transport.Hub { return bare{baseline: b} }

// Running implements transport.HubServer: nobody stops it.
func (b *baseline) Running() context.Context { return context.Background() }

// UserOf implements transport.HubServer.
func (b *baseline) UserOf(_ context.Context, token string) (collection.UserID, error) {
	user, ok := b.users[token]
	if !ok {
		return user, transport.ErrUnauthenticated
	}
	return user, nil
}

// bare is the baseline as it is for one caller.
type bare struct {
	transport.Hub
	*baseline
}

// Share implements transport.ShareReceiver. A device's seal is new, a home shares what
// the hub has verified before.
func (b bare) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	if share.From == transport.Device {
		c, err := collection.Decode(share.Collection)
		if err != nil {
			return transport.Answer{}, err
		}
		if _, err := collection.Verify(ctx, b.keys, c); err != nil {
			return transport.Answer{}, err
		}
		if len(share.Offers) > 0 {
			return transport.Answer{Next: transport.Upload, Missing: share.Offers}, nil
		}
	}
	return b.finish(ctx, share.URL)
}

// Push implements transport.ShareReceiver.
func (b bare) Push(ctx context.Context, share transport.Share, stream io.Reader) (transport.Answer, error) {
	answer, err := b.Share(ctx, share)
	if err != nil || answer.Next != transport.Upload {
		return answer, err
	}
	return b.Upload(ctx, collection.Name{}, stream)
}

// Upload implements transport.ShareReceiver.
func (b bare) Upload(ctx context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return transport.Answer{}, err
	}
	return b.finish(ctx, "")
}

// statementSize is about how many bytes are sealed, whatever the collection.
const statementSize = 112

// finish makes the seals, appends and answers.
func (b bare) finish(ctx context.Context, announced string) (transport.Answer, error) {
	cost := b.cost.Load()
	for range cost.seals {
		if _, err := b.signer.Sign(ctx, collection.TypeUpdate, make([]byte, statementSize)); err != nil {
			return transport.Answer{}, err
		}
	}
	if err := b.log.append(make([]byte, cost.written)); err != nil {
		return transport.Answer{}, err
	}
	return transport.Answer{Next: transport.Done, Keys: [][]byte{make([]byte, cost.answer)}, Announced: announced}, nil
}

// meter finds out what the steps of a site cost.
type meter struct {
	site           *site
	seals, written int64
}

func (s *site) meter() meter {
	return meter{s, s.sealed.Load(), s.store.written()}
}

// cost is the mean of what n steps have cost since, beside the answer.
func (m meter) cost(n int) cost {
	return cost{
		seals:   int(m.site.sealed.Load()-m.seals) / n,
		written: int(m.site.store.written()-m.written) / n,
	}
}

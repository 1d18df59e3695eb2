package peer

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Source is the peer as others reach it, without items: what its user hands over to those
// who call Reader.ReceiveFrom.
func (p *Peer) Source() transport.Source { return p.source() }

// isOwn reports whether a source is at an address of the peer's own.
func (p *base) isOwn(s transport.Source) bool {
	return s.URL == p.cfg.URL || slices.Contains(p.cfg.Also, s.URL)
}

func (p *base) source() transport.Source {
	return transport.Source{User: p.user, URL: p.cfg.URL, Endpoint: p.endpoint}
}

// sealEndpoint makes the peer say where it serves, with the next number if that is
// something else than it has said last.
func (p *base) sealEndpoint(ctx context.Context) error {
	if p.cfg.URL == "" {
		return nil
	}
	last, first, err := p.lastEndpoint(ctx)
	if err != nil {
		return err
	}
	next := collection.Endpoint{User: p.user, Key: p.signer.Public().ID(), URLs: append([]string{p.cfg.URL}, p.cfg.Also...)}
	if p.cfg.Web {
		next.URLs, next.Web = next.URLs[1:], next.URLs[:1:1]
	}
	// A peer that has lost its store would begin anew with numbers that do not count any
	// more; the time is greater than they are.
	next.Number = max(last.Number+1, uint64(max(p.cfg.Now().Unix(), 1)))
	if last.User == next.User && last.Key == next.Key && slices.Equal(last.URLs, next.URLs) && slices.Equal(last.Web, next.Web) {
		p.endpoint, err = last.MarshalBinary()
		return err
	}
	if next, err = next.Sign(ctx, p.signer); err != nil {
		return err
	}
	if p.endpoint, err = next.MarshalBinary(); err != nil {
		return err
	}
	said := []transport.Change{{Key: endpointRecord.Key(), Value: p.endpoint}}
	if first {
		said = append(said, transport.Change{Key: movedRecord.Key(), Value: p.endpoint}) // nobody knows another
	}
	return record.Put(ctx, p.cfg.Store, said...)
}

// lastEndpoint is what the peer has said last, zero if nothing, or what cannot be read; and
// whether it has said nothing yet.
func (p *base) lastEndpoint(ctx context.Context) (e collection.Endpoint, first bool, err error) {
	key := endpointRecord.Key()
	r, err := record.Get(ctx, p.cfg.Store, key)
	if err != nil || r.Version == 0 {
		return e, err == nil, p.aside(err, key)
	}
	if e, err = collection.DecodeEndpoint(r.Value); err != nil {
		p.cfg.Log.Error("record damaged", "record", key, "error", err)
	}
	return e, false, nil
}

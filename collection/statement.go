package collection

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// Content types of the statements that are sealed. They stand in the seal's
// protected header, so that a seal made for one purpose never verifies for
// another.
const (
	TypeEdition    = "application/glimpse.edition"
	TypeUpdate     = "application/glimpse.update"
	TypeAddress    = "application/glimpse.address"
	TypeAcceptance = "application/glimpse.acceptance"
	TypeEndpoint   = "application/glimpse.endpoint"
	TypeEnd        = "application/glimpse.end"
)

// A Signer seals statements for one user or authority. Sign returns the seal
// over a statement of a content type; it keeps neither. ID names the key of its seals. Package signature makes Signers from keys.
type Signer interface {
	ID() [32]byte
	Sign(ctx context.Context, typ string, statement []byte) (seal []byte, err error)
}

// A Verifier says who sealed a statement: the user to whom the key is bound,
// zero for a key that is bound to none, and the key. issued is when the seal
// claims to have been made, zero if its maker has no clock. The error wraps
// ErrUnsigned, ErrUnknownKey, ErrBadSeal, ErrRevoked or ErrExpired, or says why
// there is no answer. A Verifier must be safe for concurrent use.
type Verifier interface {
	Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error)
}

// editionStatement is what author and authority seal of an edition:
// [identity, number, digest of the edition, issued].
func (p *parts) editionStatement(issued uint64) []byte {
	identity, edition := p.fixed.identity(), p.edition.digest()
	b := wire.AppendArray(make([]byte, 0, 96), 4)
	b = wire.AppendBytes(b, identity[:])
	b = wire.AppendUint(b, p.edition.number)
	b = wire.AppendBytes(b, edition[:])
	return wire.AppendUint(b, issued)
}

// updateStatement is what the issuer of an update seals:
// [identity, digest of the labels, issuer, issued].
func updateStatement(identity, labels Digest, issuer UserID, issued uint64) []byte {
	b := wire.AppendArray(make([]byte, 0, 96), 4)
	b = wire.AppendBytes(b, identity[:])
	b = wire.AppendBytes(b, labels[:])
	return wire.AppendUint(appendIssuer(b, issuer), issued)
}

func (c *claim) statement(identity Digest) []byte {
	return updateStatement(identity, sha256.Sum256(c.encoded()), c.issuer(), c.seal().issued)
}

// addressStatement is what the authority seals of a resolved address, and the author of one
// that it accepts: [identity, address, user, issued].
func (f *fixed) addressStatement(r *resolution) []byte {
	identity := f.identity()
	b := wire.AppendArray(make([]byte, 0, 104), 4)
	b = wire.AppendBytes(b, identity[:])
	b = wire.AppendBytes(b, r.address[:])
	b = wire.AppendBytes(b, r.user[:])
	return wire.AppendUint(b, r.seal.issued)
}

// Sign returns u with a seal by its issuer, whose Signer it is given, made at
// issued (kept in seconds; zero = no clock). An update is all that its key says: where the
// collection that u was made from carries one of this key, the sealed update says that
// too, and takes its place. That collection must have been verified, or the signer would
// vouch for what somebody else has written.
func (u Update) Sign(ctx context.Context, s Signer, issued time.Time) (Update, error) {
	at, err := sealSeconds(issued)
	if err != nil {
		return u, err
	}
	if u.claim.raw == nil {
		return u, fmt.Errorf("%w: an update of no collection", ErrZero)
	}
	word := u.with(u.claim.labels(), s.ID()).sealed(u.Issuer(), seal{issued: at})
	made, err := newSeal(ctx, s, TypeUpdate, word.statement(u.identity), at)
	if err != nil {
		return u, fmt.Errorf("update: %w", err)
	}
	u.claim, u.said = word.sealed(u.Issuer(), made), nil
	return u, nil
}

// newSeal has a Signer make a seal over a statement that names the moment at.
func newSeal(ctx context.Context, s Signer, typ string, statement []byte, at uint64) (seal, error) {
	bytes, err := s.Sign(ctx, typ, statement)
	if err != nil {
		return seal{}, err
	}
	return makeSeal(at, bytes)
}

// makeSeal returns a seal that a decoder takes.
func makeSeal(issued uint64, bytes []byte) (seal, error) {
	limit := (Limits{}).withDefaults().Seal
	switch {
	case len(bytes) == 0:
		return seal{}, ErrUnsigned
	case len(bytes) > limit:
		return seal{}, fmt.Errorf("%w: a seal of %d bytes", ErrLimit, len(bytes))
	}
	return seal{issued, slices.Clone(bytes)}, nil
}

// Sign returns c with the author's seal over its edition, made at issued (kept
// in seconds; zero = no clock) with the author's Signer.
func (c Collection) Sign(ctx context.Context, s Signer, issued time.Time) (Collection, error) {
	return c.sign(ctx, s, issued, func(p *parts) *seal { return &p.seals.author })
}

// CoSign is Sign for the authority.
func (c Collection) CoSign(ctx context.Context, s Signer, issued time.Time) (Collection, error) {
	if c.Authority().IsZero() {
		return c, fmt.Errorf("edition: %w: the collection names no authority", ErrNotAuthorised)
	}
	return c.sign(ctx, s, issued, func(p *parts) *seal { return &p.seals.authority })
}

func (c Collection) sign(ctx context.Context, s Signer, issued time.Time, which func(*parts) *seal) (Collection, error) {
	q := *c.parts()
	at, err := sealSeconds(issued)
	if err != nil {
		return c, err
	}
	made, err := newSeal(ctx, s, TypeEdition, q.editionStatement(at), at)
	if err != nil {
		return c, fmt.Errorf("edition: %w", err)
	}
	*which(&q) = made
	return Collection{&q}, nil
}

// WithSeal returns c with an author's seal that was made elsewhere, by Sign of
// the same edition at issued. The seal is not looked at: see Verify.
func (c Collection) WithSeal(bytes []byte, issued time.Time) (Collection, error) {
	at, err := sealSeconds(issued)
	if err != nil {
		return c, err
	}
	made, err := makeSeal(at, bytes)
	if err != nil {
		return c, fmt.Errorf("edition: %w", err)
	}
	q := *c.parts()
	q.seals.author = made
	return Collection{&q}, nil
}

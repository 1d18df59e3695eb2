package enrol

import (
	"bytes"
	"context"
	"io"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// An Admitter is an attempt, as a joining station reaches it: an [Attempt] itself, or a link
// to it on which nobody is known yet. What it refuses wraps ErrSpent's transport.ErrNotFound.
type Admitter interface {
	// Commit hands over the commitment, and returns the offer.
	Commit(ctx context.Context, c Commitment) (offer []byte, err error)
	// Reveal hands over what was committed to.
	Reveal(ctx context.Context, opening []byte) error
	// Admission hands over the request, which is the opening with the proof, waits until a
	// person has decided on it, and returns the admission. The error wraps
	// transport.ErrForbidden if the answer is no.
	Admission(ctx context.Context, request []byte) ([]byte, error)
}

// Joiner is a station that joins, of which both sides know all, and no person has said yet
// that the codes are the same. It is for one caller at a time.
type Joiner struct {
	to             Admitter
	key            *signature.Signer
	message        requestMessage
	offered        Offer
	offer, opening []byte
	request        []byte // once it is confirmed
}

// Join begins to make a station one of a user's, with a key that it has made itself. The
// role is peer or device; the name is what people know the station by. It is called once for
// each time that a person wants to join: a program that tries again by itself lets an
// attacker try, too. The errors are those of the Admitter and of rand, and wrap
// transport.ErrMalformed for a name, a role or an offer that is none.
func Join(ctx context.Context, to Admitter, key *signature.Signer, role signature.StationRole, name string, rand io.Reader) (*Joiner, error) {
	m, err := newRequest(key, role, name, rand)
	if err != nil {
		return nil, err
	}
	j := &Joiner{to: to, key: key, message: m}
	if j.offer, err = to.Commit(ctx, m.commitment()); err != nil {
		return nil, err
	}
	var nonce []byte
	if j.offered, nonce, err = readOffer(j.offer); err != nil {
		return nil, err
	}
	if len(nonce) == 0 {
		return nil, transport.At(transport.ErrMalformed, "nonce")
	}
	if j.opening, err = transport.Encode(m); err != nil {
		return nil, err
	}
	return j, to.Reveal(ctx, j.opening)
}

// Code is what a person compares with the code of the other side: six digits, such as
// "012 345".
func (j *Joiner) Code() string { return codeOf(j.message.commitment(), j.offer, j.opening) }

// Confirm says that a person has found the codes the same: it proves possession, and waits
// for the admission until ctx ends. If the codes differ, it is not called, and the Joiner is
// dropped: nothing is to be undone, and nobody has a proof. The errors are those of the key,
// of the Admitter and of [Accept]; ErrCommitment means that the admission is not what was
// offered.
func (j *Joiner) Confirm(ctx context.Context) (Admission, error) {
	if j.request == nil {
		var err error
		id := j.key.ID()
		if j.request, err = j.message.prove(ctx, j.key, j.offered.vouching(), j.offered.userFor(id)); err != nil {
			return Admission{}, err
		}
	}
	data, err := j.to.Admission(ctx, j.request)
	if err != nil {
		return Admission{}, err
	}
	a, err := Accept(ctx, j.request, data)
	if err != nil {
		return Admission{}, err
	}
	// The code was over the offer: nothing else is believed that no key has sealed.
	if m, err := transport.DecodeMessage[admissionMessage](data); err != nil || !bytes.Equal(m.Offer, j.offer) {
		return Admission{}, ErrCommitment
	}
	return a, nil
}

package enrol

import (
	"context"
	"io"
	"slices"
	"sync"
)

// Attempt admits one station: a person opens it, and decides. It takes one commitment, the
// opening that fits and a proof for it, and is over when it is decided, when something does
// not fit, or when its context ends. Nothing but a new attempt, which a person opens, lets
// anybody try again. It implements [Admitter]; all methods may be called concurrently.
type Attempt struct {
	open    context.Context
	offer   Offer  // without its lists, which are in the
	message []byte // with the nonce

	mu         sync.Mutex
	committed  bool
	commitment Commitment
	opening    []byte        // what was committed to
	request    Request       // without a proof at first, then with it
	revealed   chan struct{} // closed when there is an opening, or an error
	proved     chan struct{} // closed when there is a proof, or an error
	decided    chan struct{} // closed when there is an admission, or an error
	admission  []byte
	err        error
}

var _ Admitter = (*Attempt)(nil)

// NewAttempt opens an attempt to join what is offered, until ctx ends: a few minutes. The
// errors are those of rand, and wrap transport.ErrMalformed or transport.ErrTooLarge for an
// offer that a station would refuse.
func NewAttempt(ctx context.Context, o Offer, rand io.Reader) (*Attempt, error) {
	nonce, err := newNonce(rand)
	if err != nil {
		return nil, err
	}
	message, err := o.encode(nonce)
	if err != nil {
		return nil, err
	}
	o.Hub, o.Endpoints = nil, nil
	a := &Attempt{open: ctx, offer: o, message: message}
	a.revealed, a.proved, a.decided = make(chan struct{}), make(chan struct{}), make(chan struct{})
	return a, nil
}

// isOver reports whether nothing more can come of the attempt.
func (a *Attempt) isOver() bool { return a.err != nil || a.open.Err() != nil }

// Commit implements Admitter. The same commitment has the same answer, should that be lost.
func (a *Attempt) Commit(_ context.Context, c Commitment) (offer []byte, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isOver() || a.committed && c != a.commitment {
		return nil, ErrSpent
	}
	if !a.committed {
		a.committed, a.commitment = true, c // once: Wait reads it without the lock
	}
	return slices.Clone(a.message), nil
}

// Reveal implements Admitter. What was not committed to ends the attempt.
func (a *Attempt) Reveal(_ context.Context, opening []byte) error {
	m, err := decodeOpening(opening)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case slices.Equal(a.opening, opening):
		return nil // the answer was lost
	case a.isOver() || !a.committed || a.opening != nil:
		return ErrSpent
	case m.commitment() != a.commitment:
		a.end(ErrCommitment)
		return ErrSpent
	}
	if a.request, err = m.request(); err != nil {
		a.end(err)
		return ErrSpent
	}
	a.request.User = a.offer.userFor(a.request.Key.ID())
	a.opening = slices.Clone(opening)
	release(a.revealed)
	return nil
}

// release closes a channel, unless it is.
func release(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// end ends the attempt with an error, unless it is decided.
func (a *Attempt) end(err error) {
	if a.err != nil || a.admission != nil {
		return
	}
	a.err = err
	release(a.revealed)
	release(a.proved)
	release(a.decided)
}

// Wait waits for a station that asks, and returns its request, not proved yet, and the code.
// A person compares that with the code that the station shows, and then Confirm or Refuse is
// called. The error is that of a context, or says how the attempt failed: of ErrCommitment a
// person should hear, since somebody interferes.
func (a *Attempt) Wait(ctx context.Context) (Request, string, error) {
	r, err := a.waitFor(ctx, a.revealed)
	if err != nil {
		return Request{}, "", err
	}
	return r, codeOf(a.commitment, a.message, a.opening), nil
}

// Confirm says that a person has found the codes the same, and waits until the other side's
// has, too, or ctx ends. It returns the request with the proof, from which the statement for
// Admit is made. The errors are those of Wait, and wrap ErrUser or signature.ErrKey for a
// proof that is none, which ends the attempt.
func (a *Attempt) Confirm(ctx context.Context) (Request, error) { return a.waitFor(ctx, a.proved) }

// waitFor waits until something is so, and returns the request.
func (a *Attempt) waitFor(ctx context.Context, until <-chan struct{}) (Request, error) {
	if err := a.wait(ctx, until); err != nil {
		return Request{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.request, a.err
}

// wait waits until something is so.
func (a *Attempt) wait(ctx context.Context, until <-chan struct{}) error {
	select {
	case <-until:
		return nil
	default:
	}
	select {
	case <-until:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-a.open.Done():
		return a.open.Err()
	}
}

// Admit follows Confirm, and hands the station its statement, in its binary form: the roster
// of the user with the station in it, countersigned if the user has a hub (see
// [Request.AddTo]); at a hub, the authority's key statement. The errors wrap ErrSpent if
// nothing is to be decided, else they are those of [Accept], by which the station would not
// take the statement; then Admit can be called again.
func (a *Attempt) Admit(statement []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isOver() || a.request.data == nil || a.admission != nil {
		return ErrSpent
	}
	admission, err := a.request.admit(a.open, a.message, statement)
	if err != nil {
		return err
	}
	a.admission = admission
	close(a.decided)
	return nil
}

// Refuse ends the attempt, unless it is decided: the codes differ, or nobody is to join any
// more. The station that has asked is told so.
func (a *Attempt) Refuse() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.end(ErrRefused)
}

// Admission implements Admitter. Whoever does not know the request is told nothing.
func (a *Attempt) Admission(ctx context.Context, request []byte) ([]byte, error) {
	m, err := decodeRequest(request)
	if err != nil {
		return nil, err
	}
	if !a.prove(m, request) {
		return nil, ErrSpent
	}
	if err := a.wait(ctx, a.decided); err != nil {
		if ctx.Err() == nil {
			err = ErrSpent
		}
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.admission != nil:
		return slices.Clone(a.admission), nil
	case a.err == ErrRefused:
		return nil, ErrRefused
	}
	return nil, ErrSpent
}

// prove takes the proof for what was revealed, and reports whether the request is the one
// that the attempt is about. A proof that is none ends the attempt.
func (a *Attempt) prove(m requestMessage, request []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.opening == nil || m.commitment() != a.commitment {
		return false
	}
	if a.request.data != nil || a.isOver() {
		return slices.Equal(a.request.data, request) || a.err == ErrRefused
	}
	r, err := readRequest(request, a.offer.vouching())
	if err == nil && r.User != a.request.User {
		err = ErrUser
	}
	if err != nil {
		a.end(err)
		return false
	}
	a.request = r
	release(a.proved)
	return true
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// attempts is what became of what a label forbids.
type attempts struct {
	searches, others int // refused
	requests         int // that left all the same
	note             string
}

// tryForbidden tries to search, print and re-share a labelled item.
func (r *recipient) tryForbidden(ctx context.Context) (a attempts, err error) {
	name := r.view.Collection().Name()
	id, _ := r.view.Collection().At(0)
	ref := transport.Ref{Collection: name, Item: id, Version: original}
	before := r.stage.network.requests(r.name)

	_, search := r.peer.Reader.Search(ctx, ref)
	printed := r.peer.Reader.Print(ctx, ref, io.Discard)
	_, reshare := r.peer.Author.Reshare(ctx, name, []collection.ItemID{id}, collection.Header{Title: "Look at this"}, collection.UserID{1})

	a.requests = r.stage.network.requests(r.name) - before
	for i, err := range []error{search, printed, reshare} {
		var refusal *label.Refusal
		switch {
		case !errors.As(err, &refusal):
			return a, fmt.Errorf("the gate let it pass: %v", err)
		case i == 0:
			a.searches++
			a.note = refusal.Error()
		default:
			a.others++
		}
	}
	return a, nil
}

// verifySeal verifies the collection offline, with a
// keyring that began with the hub's public key and took in only what that key
// vouched for. That the labels went must be the hub's word.
func (r *recipient) verifySeal(ctx context.Context) error {
	sealed, err := collection.Verify(ctx, &r.keys, r.view.Collection())
	if err != nil {
		return err
	}
	for _, said := range sealed.Report().Updates {
		if said.By.IsZero() && said.Key == r.account.Authority.ID() {
			return nil
		}
	}
	return errors.New("no update carries the hub's seal")
}

// recheck reads the stored originals once more and counts those that are not
// what the author sealed: it does not take the peer's word for it.
func (r *recipient) recheck(ctx context.Context) (mismatches int, err error) {
	c := r.view.Collection()
	for _, id := range having(r.view, original) {
		blob, err := r.peer.Reader.Open(ctx, transport.Ref{Collection: c.Name(), Item: id, Version: original})
		if err != nil {
			return mismatches, err
		}
		sum, _, err := digest.Of(io.NewSectionReader(blob, 0, blob.Size()))
		blob.Close()
		if err != nil {
			return mismatches, err
		}
		i, _ := c.Index(id)
		if want, ok := c.Digest(i, original); !ok || want != sum {
			mismatches++
		}
	}
	return mismatches, nil
}

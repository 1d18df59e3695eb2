package transporttest

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

func deliveredToOthers(t *testing.T, n *news) {
	n.Offer(t, n.c)
	for _, to := range []collection.UserID{n.Stranger, n.Author, n.Other, {}} {
		want(t, n.author.Deliver(t.Context(), tell(t, n.c, notify.Shared, to)), transport.ErrForbidden)
	}
	n.hears(t)
	n.takes(t, n.first)
	n.hears(t, n.first)
}

// deliveredByOthers: who may not tell learns nothing of what the station knows.
func deliveredByOthers(t *testing.T, n *news) {
	n.Offer(t, n.c)
	unknown := n.first
	unknown.Collection = collection.ID{9}
	refused := func(all ...collection.UserID) (texts []string) {
		for _, by := range all {
			for _, told := range []notify.Notification{n.first, n.newer, unknown} {
				err := n.As(by).Deliver(t.Context(), told)
				want(t, err, transport.ErrForbidden)
				texts = append(texts, err.Error())
			}
		}
		return texts
	}
	before := refused(n.Stranger, n.Other, n.Owner)
	n.hears(t)
	n.takes(t, n.first)
	n.hears(t, n.first)
	for _, text := range append(before, refused(n.Stranger)...) {
		if text != before[0] {
			t.Errorf("refused with %q and with %q", before[0], text)
		}
	}
	n.hears(t)
}

// deliveredByCompleter: one whom the author has named tells of what the station
// knows from the author.
func deliveredByCompleter(t *testing.T, n *news) {
	n = newNews(t, n.RecipientFixture, n.Other)
	n.Offer(t, n.c)
	want(t, n.As(n.Other).Deliver(t.Context(), n.first), transport.ErrForbidden)
	n.takes(t, n.first)
	n.hears(t, n.first)
	want(t, n.As(n.Other).Deliver(t.Context(), n.newer), nil)
	n.hears(t, n.newer)
}

// deliveredByReader: of what the station knows, and no authority validates, any reader tells
// what the author has said, and nothing else.
func deliveredByReader(t *testing.T, n *news) {
	n.Offer(t, n.c)
	n.takes(t, n.first)
	n.hears(t, n.first)
	u, err := n.c.CompleteAll(n.Author)
	forged := tell(t, with(t, elsewhere{n.Signer}, n.c, u, err), notify.Available, n.Owner)
	want(t, n.As(n.Other).Deliver(t.Context(), forged), transport.ErrSeal)
	n.hears(t)
	want(t, n.As(n.Other).Deliver(t.Context(), n.newer), nil)
	n.hears(t, n.newer)
}

func deliveredTooEarly(t *testing.T, n *news) {
	err := n.author.Deliver(t.Context(), n.first)
	if !errors.Is(err, transport.ErrNotFound) && !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("of what cannot be had: %v", err)
	}
	n.hears(t)
	n.Offer(t, n.c)
	n.takes(t, n.first)
	n.hears(t, n.first)
}

// elsewhere is a signer that hands out its seals of other statements.
type elsewhere struct{ collection.Signer }

func (e elsewhere) Sign(ctx context.Context, typ string, _ []byte) ([]byte, error) {
	return e.Signer.Sign(ctx, typ, []byte("another statement"))
}

// deliveredForged: what was not the author's to say leaves no trace.
func deliveredForged(t *testing.T, n *news) {
	n.Offer(t, n.c)
	n.takes(t, n.first)
	n.hears(t, n.first)
	u, err := n.c.CompleteAll(n.Author)
	forged := tell(t, with(t, elsewhere{n.Signer}, n.c, u, err), notify.Available, n.Owner)
	want(t, n.author.Deliver(t.Context(), forged), transport.ErrSeal)
	garbled := n.newer
	garbled.Updates = [][]byte{{0xff}}
	want(t, n.author.Deliver(t.Context(), garbled), transport.ErrMalformed)
	n.hears(t)
	n.takes(t, n.newer)
	n.hears(t, n.newer)
}

func deliveredCanceled(t *testing.T, n *news) {
	n.Offer(t, n.c)
	ended(t, "deliver", n.author.Deliver(over(t), n.first))
	n.hears(t)
	n.takes(t, n.first)
	n.hears(t, n.first)
}

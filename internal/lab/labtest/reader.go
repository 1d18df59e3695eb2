package labtest

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Refreshes asks for what is new of a collection.
func (p *Peer) Refreshes(name collection.Name) {
	p.w.T.Helper()
	Must(p.w.T, p.Reader.Refresh(p.w.T.Context(), name))
}

// Views views a collection.
func (p *Peer) Views(name collection.Name) collection.Collection {
	p.w.T.Helper()
	v, err := p.Reader.View(p.w.T.Context(), name)
	Must(p.w.T, err)
	return v.Collection()
}

// Receives returns all that the peer is told now.
func (p *Peer) Receives() []notify.Notification {
	p.w.T.Helper()
	news, err := p.Reader.Receive(p.w.T.Context())
	Must(p.w.T, err)
	return news
}

// Hears receives one notification.
func (p *Peer) Hears(reason notify.Reason, labelled int) {
	p.w.T.Helper()
	p.one(p.Receives(), reason, labelled)
}

func (p *Peer) one(news []notify.Notification, reason notify.Reason, labelled int) {
	p.w.T.Helper()
	if len(news) != 1 || news[0].Reason != reason || news[0].Labelled != labelled || news[0].Note == "" {
		p.w.T.Fatalf("heard %+v, want reason %d and %d labels", news, reason, labelled)
	}
}

// HearsNothing receives none.
func (p *Peer) HearsNothing() {
	p.w.T.Helper()
	if news := p.Receives(); len(news) != 0 {
		p.w.T.Errorf("heard %+v", news)
	}
}

// HearsFrom receives one notification from another peer, once.
func (p *Peer) HearsFrom(from *Peer, reason notify.Reason, labelled int) {
	p.w.T.Helper()
	news, err := p.Reader.ReceiveFrom(p.w.T.Context(), from.Source())
	Must(p.w.T, err)
	p.one(news, reason, labelled)
	if news, err := p.Reader.ReceiveFrom(p.w.T.Context(), from.Source()); len(news) != 0 || err != nil {
		p.w.T.Errorf("heard again: %v, %v", news, err)
	}
}

// Fetches fetches versions.
func (p *Peer) Fetches(refs ...transport.Ref) {
	p.w.T.Helper()
	for _, ref := range refs {
		if err := p.Reader.Fetch(p.w.T.Context(), ref); err != nil {
			p.w.T.Fatalf("version %d of %v: %v", ref.Version, ref.Item, err)
		}
	}
}

// CannotFetch tries to fetch a version, which is to fail in a way.
func (p *Peer) CannotFetch(want error, ref transport.Ref) {
	p.w.T.Helper()
	if err := p.Reader.Fetch(p.w.T.Context(), ref); !errors.Is(err, want) {
		p.w.T.Errorf("version %d of %v: %v, want %v", ref.Version, ref.Item, err, want)
	}
}

// FetchesAll fetches one version of all photos, at once or one after the other.
func (p *Peer) FetchesAll(cam *Camera, name collection.Name, version int, atOnce bool) {
	p.w.T.Helper()
	var all sync.WaitGroup
	for i := range cam.Items {
		all.Go(func() {
			if err := p.Reader.Fetch(p.w.T.Context(), cam.Ref(name, i, version)); err != nil {
				p.w.T.Errorf("version %d of item %d: %v", version, i, err)
			}
		})
		if !atOnce {
			all.Wait()
		}
	}
	all.Wait()
}

// Shows opens one version of all photos, which are to be the right ones.
func (p *Peer) Shows(cam *Camera, name collection.Name, version int) {
	p.w.T.Helper()
	v, err := p.Reader.View(p.w.T.Context(), name)
	Must(p.w.T, err)
	for i, item := range cam.Items {
		data := p.Reads(cam.Ref(name, i, version))
		at, _ := v.Collection().Index(item.ID)
		if !bytes.Equal(data, cam.Card[item.ID][version]) || !v.Held(at).Has(version) {
			p.w.T.Errorf("version %d of item %d: %d other bytes, held %v", version, i, len(data), v.Held(at))
		}
	}
}

// Reads reads a version that is here.
func (p *Peer) Reads(ref transport.Ref) []byte {
	p.w.T.Helper()
	b, err := p.Reader.Open(p.w.T.Context(), ref)
	Must(p.w.T, err)
	data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	Must(p.w.T, errors.Join(err, b.Close()))
	return data
}

// Wishes wishes for a version.
func (p *Peer) Wishes(ref transport.Ref) {
	p.w.T.Helper()
	Must(p.w.T, p.Reader.Wish(p.w.T.Context(), ref))
}

// RetriesWishes tries wishes again that are due.
func (p *Peer) RetriesWishes() {
	p.w.T.Helper()
	Must(p.w.T, p.Reader.RetryWishes(p.w.T.Context()))
}

// HasWishes checks for how much the peer still wishes.
func (p *Peer) HasWishes(want int) {
	p.w.T.Helper()
	if refs, err := p.Reader.Wishes(p.w.T.Context()); len(refs) != want || err != nil {
		p.w.T.Errorf("%d wishes, want %d; %v", len(refs), want, err)
	}
}

// IsRefused tries all that must not be done with a labelled item: the gate stops it
// before a single request leaves.
func (p *Peer) IsRefused(ref transport.Ref) {
	p.w.T.Helper()
	ctx, before := p.w.T.Context(), p.Requests.Load()
	_, searched := p.Reader.Search(ctx, ref)
	_, reshared := p.Author.Reshare(ctx, ref.Collection, []collection.ItemID{ref.Item}, collection.Header{}, p.User)
	for what, err := range map[string]error{
		"search": searched, "reshare": reshared, "fetch": p.Reader.Fetch(ctx, ref),
		"print": p.Reader.Print(ctx, ref, io.Discard), "export": p.Reader.Export(ctx, ref, io.Discard),
	} {
		var refusal *label.Refusal
		var item *collection.ItemError
		if !errors.Is(err, label.ErrPending) || !errors.As(err, &refusal) || !errors.As(err, &item) || item.Item != ref.Item {
			p.w.T.Errorf("%s of a labelled item: %v", what, err)
		}
	}
	if n := p.Requests.Load() - before; n != 0 {
		p.w.T.Errorf("%d requests left for what was refused: %v", n, p.Log())
	}
}

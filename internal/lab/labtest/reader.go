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
func (r reader) Refreshes(name collection.Name) {
	r.p.w.T.Helper()
	Must(r.p.w.T, r.p.Reader.Refresh(r.p.w.T.Context(), name))
}

// Views views a collection.
func (r reader) Views(name collection.Name) collection.Collection {
	r.p.w.T.Helper()
	v, err := r.p.Reader.View(r.p.w.T.Context(), name)
	Must(r.p.w.T, err)
	return v.Collection()
}

// Receives returns all that the peer is told now, and has it fetch what it wishes for of that.
func (r reader) Receives() []notify.Notification {
	r.p.w.T.Helper()
	news, err := r.p.Reader.Receive(r.p.w.T.Context())
	Must(r.p.w.T, err)
	if len(news) > 0 {
		r.RetriesWishes()
	}
	return news
}

// Hears receives one notification.
func (r reader) Hears(reason notify.Reason, labelled int) {
	r.p.w.T.Helper()
	r.p.one(r.p.Receives(), reason, labelled)
}

func (r reader) one(news []notify.Notification, reason notify.Reason, labelled int) {
	r.p.w.T.Helper()
	if len(news) != 1 || news[0].Reason != reason || news[0].Labelled != labelled || news[0].Note == "" {
		r.p.w.T.Fatalf("heard %+v, want reason %d and %d labels", news, reason, labelled)
	}
}

// HearsNothing receives none.
func (r reader) HearsNothing() {
	r.p.w.T.Helper()
	if news := r.p.Receives(); len(news) != 0 {
		r.p.w.T.Errorf("heard %+v", news)
	}
}

// HearsFrom receives one notification from another peer, once, as Receives does.
func (r reader) HearsFrom(from *Peer, reason notify.Reason, labelled int) {
	r.p.w.T.Helper()
	news, err := r.p.Reader.ReceiveFrom(r.p.w.T.Context(), from.Source())
	Must(r.p.w.T, err)
	r.p.one(news, reason, labelled)
	r.RetriesWishes()
	if news, err := r.p.Reader.ReceiveFrom(r.p.w.T.Context(), from.Source()); len(news) != 0 || err != nil {
		r.p.w.T.Errorf("heard again: %v, %v", news, err)
	}
}

// Fetches fetches versions.
func (r reader) Fetches(refs ...transport.Ref) {
	r.p.w.T.Helper()
	for _, ref := range refs {
		if err := r.p.Reader.Fetch(r.p.w.T.Context(), ref); err != nil {
			r.p.w.T.Fatalf("version %d of %v: %v", ref.Version, ref.Item, err)
		}
	}
}

// CannotFetch tries to fetch a version, which is to fail in a way.
func (r reader) CannotFetch(want error, ref transport.Ref) {
	r.p.w.T.Helper()
	if err := r.p.Reader.Fetch(r.p.w.T.Context(), ref); !errors.Is(err, want) {
		r.p.w.T.Errorf("version %d of %v: %v, want %v", ref.Version, ref.Item, err, want)
	}
}

// FetchesAll fetches one version of all photos, at once or one after the other.
func (r reader) FetchesAll(cam *Camera, name collection.Name, version int, atOnce bool) {
	r.p.w.T.Helper()
	var all sync.WaitGroup
	for i := range cam.Items {
		all.Go(func() {
			if err := r.p.Reader.Fetch(r.p.w.T.Context(), cam.Ref(name, i, version)); err != nil {
				r.p.w.T.Errorf("version %d of item %d: %v", version, i, err)
			}
		})
		if !atOnce {
			all.Wait()
		}
	}
	all.Wait()
}

// Shows opens one version of all photos, which are to be the right ones.
func (r reader) Shows(cam *Camera, name collection.Name, version int) {
	r.p.w.T.Helper()
	v, err := r.p.Reader.View(r.p.w.T.Context(), name)
	Must(r.p.w.T, err)
	for i, item := range cam.Items {
		data := r.p.Reads(cam.Ref(name, i, version))
		at, _ := v.Collection().Index(item.ID)
		if !bytes.Equal(data, cam.Card[item.ID][version]) || !v.Held(at).Has(version) {
			r.p.w.T.Errorf("version %d of item %d: %d other bytes, held %v", version, i, len(data), v.Held(at))
		}
	}
}

// Reads reads a version that is here.
func (r reader) Reads(ref transport.Ref) []byte {
	r.p.w.T.Helper()
	b, err := r.p.Reader.Open(r.p.w.T.Context(), ref)
	Must(r.p.w.T, err)
	data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	Must(r.p.w.T, errors.Join(err, b.Close()))
	return data
}

// Wishes wishes for a version.
func (r reader) Wishes(ref transport.Ref) {
	r.p.w.T.Helper()
	Must(r.p.w.T, r.p.Reader.Wish(r.p.w.T.Context(), ref))
}

// RetriesWishes tries wishes again that are due.
func (r reader) RetriesWishes() {
	r.p.w.T.Helper()
	Must(r.p.w.T, r.p.Reader.RetryWishes(r.p.w.T.Context()))
}

// HasWishes checks for how much the peer still wishes.
func (r reader) HasWishes(want int) {
	r.p.w.T.Helper()
	if refs, err := r.p.Reader.Wishes(r.p.w.T.Context()); len(refs) != want || err != nil {
		r.p.w.T.Errorf("%d wishes, want %d; %v", len(refs), want, err)
	}
}

// IsRefused tries all that must not be done with a labelled item: the gate stops it
// before a single request leaves.
func (r reader) IsRefused(ref transport.Ref) {
	r.p.w.T.Helper()
	ctx, before := r.p.w.T.Context(), r.p.Requests.Load()
	_, searched := r.p.Reader.Search(ctx, ref)
	_, reshared := r.p.Author.Reshare(ctx, ref.Collection, []collection.ItemID{ref.Item}, collection.Header{}, r.p.User)
	for what, err := range map[string]error{
		"search": searched, "reshare": reshared, "fetch": r.p.Reader.Fetch(ctx, ref),
		"print": r.p.Reader.Print(ctx, ref, io.Discard), "export": r.p.Reader.Export(ctx, ref, io.Discard),
	} {
		var refusal *label.Refusal
		var item *collection.ItemError
		if !errors.Is(err, label.ErrPending) || !errors.As(err, &refusal) || !errors.As(err, &item) || item.Item != ref.Item {
			r.p.w.T.Errorf("%s of a labelled item: %v", what, err)
		}
	}
	if n := r.p.Requests.Load() - before; n != 0 {
		r.p.w.T.Errorf("%d requests left for what was refused: %v", n, r.p.Log())
	}
}

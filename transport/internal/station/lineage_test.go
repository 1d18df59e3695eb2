package station

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// lineages is a core that tells, and what Ann has made of it.
type lineages struct {
	*Core
	signer *signature.Signer
	made   []collection.Collection
	drafts map[collection.ID]bool
}

func newLineages(t *testing.T) *lineages {
	k, signer, c := newCore(t, 1)
	k.Rules.Notifies = true
	return &lineages{k, signer, []collection.Collection{c}, map[collection.ID]bool{}}
}

// makes makes a collection for users, without storing it.
func (l *lineages) makes(t *testing.T, id byte, to []collection.UserID, replaces ...collection.ID) collection.Collection {
	t.Helper()
	c := must(collection.New(collection.Header{ID: collection.ID{id}, Author: ann}, collection.Body{Recipients: to, Replaces: replaces}))
	return must(c.Sign(t.Context(), l.signer, time.Unix(1e9, 0)))
}

// keeps stores one, or its End.
func (l *lineages) keeps(t *testing.T, c collection.Collection) {
	t.Helper()
	keeps(t, l.Core, c)
	l.made = append(slices.DeleteFunc(l.made, func(d collection.Collection) bool { return c.ID() == d.ID() }), c)
}

// shares stores what nobody has sealed.
func (l *lineages) shares(t *testing.T, c collection.Collection) {
	t.Helper()
	h := c.Header()
	h.AuthorSeal = nil
	draft := must(collection.New(h, c.Body()))
	must(l.Server.Share(t.Context(), ann, draft, transport.Share{Collection: must(draft.MarshalBinary())}))
	l.drafts[c.ID()] = true
}

// refuses says by collection.Album whether a user is refused in a collection.
func (l *lineages) refuses(c collection.Collection, u collection.UserID) bool {
	for _, a := range collection.Albums(slices.Values(l.made)) {
		for _, d := range slices.Concat(a.Heads(), a.Replaced()) {
			if d.ID() == c.ID() {
				return a.Refuses(u) && !c.Ended()
			}
		}
	}
	return false
}

// check checks who reads what, and what feeds have.
func (l *lineages) check(t *testing.T, what string) {
	t.Helper()
	must(0, l.Finish(t.Context()))
	for _, c := range l.made {
		for u := range byte(6) {
			user := collection.UserID{u}
			want := c.MayRead(user) && !l.refuses(c, user)
			if _, err := l.Read(t.Context(), user, c.Name()); (err == nil) != want || err != nil && err != transport.ErrNotFound {
				t.Errorf("%s: user %d, collection %d: %v", what, u, c.ID()[0], err)
			}
			e, r, err := record.Load[entry](t.Context(), l.Store, entryRecord.Key(user, c.Name()))
			if must(0, err); r.Version > 0 && (e.Notification.Reason == notify.Removed) == want {
				t.Errorf("%s: user %d, collection %d: the feed has %v", what, u, c.ID()[0], e.Notification.Reason)
			}
		}
	}
}

// TestRule20AsAlbumsSay: whoever collection.Album refuses is refused, and nobody else,
// whatever is made, sealed and ended, in whatever order it comes, and feeds say so.
func TestRule20AsAlbumsSay(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 20))
		l := newLineages(t)
		var all []collection.Collection
		for i := range 2 + r.IntN(5) {
			var to []collection.UserID
			for u := range byte(4) {
				if r.IntN(4) > 0 {
					to = append(to, collection.UserID{u + 2})
				}
			}
			var replaces []collection.ID
			for j := range i {
				if r.IntN(3) == 0 {
					replaces = append(replaces, collection.ID{byte(10 + j)})
				}
			}
			all = append(all, l.makes(t, byte(10+i), to, replaces...))
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, c := range all {
			if r.IntN(3) == 0 {
				l.shares(t, c)
				l.check(t, "a draft")
			}
			l.keeps(t, c)
			l.check(t, "sealed")
		}
		for _, c := range all {
			if r.IntN(2) == 0 {
				l.keeps(t, must(c.End(t.Context(), l.signer, time.Unix(2e9, 0))))
				l.check(t, "ended")
			}
		}
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
}

// TestRule20ManyReaders: of many who are left out each keeps the name alone, in batches, and
// the one who is not keeps all.
func TestRule20ManyReaders(t *testing.T) {
	l := newLineages(t)
	var told []int
	l.Notified = func(users ...collection.UserID) { told = append(told, len(users)) }
	l.Later = func(work func(context.Context)) { work(t.Context()) }
	var to []collection.UserID
	for i := range 2*maxTold + 1 {
		to = append(to, collection.UserID{7, byte(i >> 8), byte(i)})
	}
	was := l.makes(t, 10, to)
	l.keeps(t, was)
	told = nil
	l.keeps(t, l.makes(t, 11, to[:1], was.ID()))
	if len(told) != 4 || slices.Max(told) > maxTold { // one tells of the successor
		t.Errorf("batches of %v", told)
	}
	for i, u := range to {
		e, _, err := record.Load[entry](t.Context(), l.Store, entryRecord.Key(u, was.Name()))
		if must(0, err); (e.Notification.Reason == notify.Removed) != (i > 0) {
			t.Fatalf("reader %d: %v", i, e.Notification.Reason)
		}
	}
}

// TestRule20Costs: what a request reads is the same however many there are of the author's,
// and however often they were replaced, but for the first after a change.
func TestRule20Costs(t *testing.T) {
	var want int
	for _, n := range []int{4, 40} {
		l := newLineages(t)
		last := l.makes(t, 10, []collection.UserID{bob})
		l.keeps(t, last)
		for i := range n {
			last = l.makes(t, byte(11+i), []collection.UserID{bob}, last.ID())
			l.keeps(t, last)
			l.keeps(t, l.makes(t, byte(100+i), []collection.UserID{bob}))
		}
		must(0, l.Finish(t.Context()))
		store := &counted{Store: l.Store}
		l.Store = store
		cost := 0
		for range 2 {
			store.got = nil
			for _, id := range []byte{10, 12, last.ID()[0], 101} {
				must(l.Read(t.Context(), bob, collection.Name{Author: ann, ID: collection.ID{id}}))
			}
			cost = len(store.got)
		}
		if want == 0 {
			want = cost
		}
		if cost != want {
			t.Errorf("with %d: %d records, %d before", n, cost, want)
		}
	}
}

// TestRule20Feed: what a job has still to note is not shown.
func TestRule20Feed(t *testing.T) {
	l := newLineages(t)
	was := l.makes(t, 10, []collection.UserID{bob})
	l.keeps(t, was)
	must(0, l.Finish(t.Context()))
	l.Later = func(func(context.Context)) {}
	l.keeps(t, l.makes(t, 11, nil, was.ID()))
	if _, all := l.after(t, 0); len(all) != 1 || all[0].Notification.Reason != notify.Removed || all[0].State != nil {
		t.Errorf("%+v", all)
	}
}

// TestRule20Completer: a completer who is left out shares nothing of it any more.
func TestRule20Completer(t *testing.T) {
	l := newLineages(t)
	h := collection.Header{ID: collection.ID{10}, Author: ann}
	was := must(must(collection.New(h, collection.Body{Completers: []collection.UserID{bob}})).Sign(t.Context(), l.signer, time.Unix(1e9, 0)))
	l.keeps(t, was)
	share := func() error {
		_, err := l.Server.Share(t.Context(), bob, was, transport.Share{Collection: must(was.MarshalBinary())})
		return err
	}
	must(0, share())
	l.keeps(t, l.makes(t, 11, nil, was.ID()))
	if err := share(); !errors.Is(err, transport.ErrForbidden) {
		t.Error(err)
	}
}

// otherKey is another key of Ann's.
func otherKey() *signature.Signer {
	source := rand.NewChaCha8([32]byte{2})
	return must(signature.NewSigner(must(signature.GenerateKey(source)), source))
}

// TestRule20Revoked: what a key that was revoked has sealed leaves nobody out.
func TestRule20Revoked(t *testing.T) {
	l := newLineages(t)
	was := l.makes(t, 10, []collection.UserID{bob})
	l.keeps(t, was)
	l.signer = otherKey()
	must(0, ring(l.Core).Trust(ann, l.signer.Public()))
	l.keeps(t, l.makes(t, 11, nil, was.ID()))
	if _, err := l.Read(t.Context(), bob, was.Name()); err != transport.ErrNotFound {
		t.Error(err)
	}
	ring(l.Core).Revoke(l.signer.Public().ID())
	must(l.Read(t.Context(), bob, was.Name()))
}

// silentRing is a keyring that does not say what it learns.
type silentRing struct{ Keyring }

func (k silentRing) Revisions(ctx context.Context, in *record.Tx, keys []collection.KeyID, others ...string) ([]uint64, []transport.Record, error) {
	records, err := in.Get(ctx, others...)
	return make([]uint64, len(keys)), records, err
}

func (k silentRing) Verify(ctx context.Context, in *record.Tx, typ string, statement, seal []byte, issued time.Time) (Sealer, error) {
	s, err := k.Keyring.Verify(ctx, in, typ, statement, seal, issued)
	s.Revision = 0
	return s, err
}

// TestRule20UnknownKey: what is sealed by a key that is not known yet counts when it is.
func TestRule20UnknownKey(t *testing.T) {
	l := newLineages(t)
	first := l.signer
	was := l.makes(t, 10, []collection.UserID{bob})
	l.keeps(t, was)
	l.signer = otherKey()
	must(0, ring(l.Core).Trust(ann, l.signer.Public()))
	l.keeps(t, l.makes(t, 11, nil, was.ID()))
	cfg := l.Config
	ring := new(signature.Keyring)
	must(0, ring.Pin(ann, first.Public()))
	cfg.Keys = silentRing{Keyring{ring}}
	again := New(cfg)
	must(again.Read(t.Context(), bob, was.Name()))
	must(0, ring.Trust(ann, l.signer.Public()))
	if _, err := again.Read(t.Context(), bob, was.Name()); err != transport.ErrNotFound {
		t.Error(err)
	}
}

package hub_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	kinds "github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// isOver checks that an error says which quota is used up.
func isOver(t *testing.T, err error, what string) {
	t.Helper()
	over, ok := errors.AsType[*transport.QuotaError](err)
	if !ok || over.What != what || !errors.Is(err, transport.ErrQuota) {
		t.Errorf("%q: %v", what, err)
	}
}

func usage(t *testing.T, w *labtest.World, user collection.UserID) hub.Usage {
	t.Helper()
	u, err := w.Hub.Hub.Quotas().Usage(t.Context(), user)
	labtest.Must(t, err)
	return u
}

// countsWhatIsThere checks that what is counted for an only author is what is stored.
func countsWhatIsThere(t *testing.T, w *labtest.World, author collection.UserID) {
	t.Helper()
	u := usage(t, w, author)
	var states, collections, versions int64
	for r, err := range w.Hub.Store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		switch kind, _, _ := strings.Cut(r.Key, "/"); {
		case kind == "c":
			states += int64(len(r.Value))
			collections++
		case kind == "v" && r.Value[0] == 0:
			versions += int64(len(r.Value) - 1)
		case kind == "v":
			versions += int64(binary.BigEndian.Uint64(r.Value[1:]))
		}
	}
	if u.Collections != collections || u.States != states || u.Versions != versions {
		t.Errorf("%+v, of %d collections, %d bytes of states and %d of versions", u, collections, states, versions)
	}
}

// TestUsageOutlastsCrashes: at whatever change of its store a hub crashes, while versions
// come or expire, what is counted is what is stored.
func TestUsageOutlastsCrashes(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		w := labtest.New(t, hub.Config{})
		ann := w.User("ann")
		cam, home := w.Camera(ann, 3), w.Peer(ann, "home")
		name := cam.Album("one")
		crash.Store = w.Hub.Store
		w.Restart(crash)
		_, _ = cam.Share(t.Context(), cam.ToHub(), name)
		if !crash.Crashed() {
			c, data := large(t, w, home, 1)
			id, _ := c.At(0)
			_, _ = w.Hub.Hub.As(ann).PutVersion(t.Context(), transport.Ref{Collection: c.Name(), Item: id, Version: 1}, 0, bytes.NewReader(data[0]))
		}
		if !crash.Crashed() {
			_ = w.Hub.Hub.Expire(t.Context(), w.Clock.Now().Add(time.Hour))
		}
		w.Restart(w.Hub.Store)
		countsWhatIsThere(t, w, ann)
		w.Expires(w.Clock.Now().Add(time.Hour))
		if u := usage(t, w, ann); u.Versions != 0 || u.Parts != 0 {
			t.Errorf("%+v after all has expired", u)
		}
	})
}

// TestUsageIsExact: what is counted for an author is what is stored, whatever is shared at
// the same time, and again nothing when it has expired.
func TestUsageIsExact(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam := w.Camera(ann, 4)
	cam.Screens()
	var names []collection.Name
	for i := range 8 {
		names = append(names, cam.Album(fmt.Sprint("album ", i)))
	}
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() { cam.Shares(name) })
	}
	all.Wait()
	countsWhatIsThere(t, w, ann)
	if u := usage(t, w, ann); u.Collections != 8 || u.Versions == 0 || u.Parts != 0 {
		t.Errorf("%+v", u)
	}
	w.Expires(w.Clock.Now().Add(time.Hour))
	if u := usage(t, w, ann); u.Versions != 0 || u.Collections != 8 {
		t.Errorf("%+v after all has expired", u)
	}
}

// large is a collection of versions that are too large to be small, which Ann's peer offers.
func large(t *testing.T, w *labtest.World, home *labtest.Peer, items int) (collection.Collection, [][]byte) {
	var body collection.Body
	var data [][]byte
	for i := range items {
		screen := lab.Noise(fmt.Sprint("large ", i), 100_000)
		data = append(data, screen)
		body.Items = append(body.Items, collection.Item{ID: collection.ItemID{byte(i), 1}, Digests: []collection.Digest{{}, digest.Sum(screen), {1}}})
	}
	c, err := collection.New(collection.Header{ID: collection.ID{5}, Author: home.User, Authority: w.Authority(), Created: w.Clock.Now()}, body)
	labtest.Must(t, err)
	c, err = c.Sign(t.Context(), home.Signer, w.Clock.Now())
	labtest.Must(t, err)
	share := transport.Share{From: transport.Peer, Offers: []transport.Bits{nil, transport.AllBits(items)}}
	share.Collection, err = c.MarshalBinary()
	labtest.Must(t, err)
	if _, err = w.Hub.Hub.As(home.User).Share(t.Context(), share); err != nil {
		t.Log(err) // the store has crashed, or what follows fails
	}
	return c, data
}

// TestUnfinishedVersions: what is sent of versions that never come whole is bounded, is
// counted as what is there, and goes after a day.
func TestUnfinishedVersions(t *testing.T) {
	w := labtest.New(t, hub.Config{MaxVersion: 200_000, Quotas: hub.Quotas{Parts: 500_000}})
	ann := w.User("ann")
	home := w.Peer(ann, "home")
	c, data := large(t, w, home, 10)
	put := func(i int, r io.Reader) error {
		id, _ := c.At(i)
		_, err := w.Hub.Hub.As(ann).PutVersion(t.Context(), transport.Ref{Collection: c.Name(), Item: id, Version: 1}, 0, r)
		return err
	}
	gone := errors.New("gone")
	sent := 0
	for ; sent < len(data); sent++ {
		err := put(sent, io.MultiReader(bytes.NewReader(data[sent][:99_000]), failing{gone}))
		if !errors.Is(err, gone) {
			isOver(t, err, "bytes of unfinished versions")
			break
		}
	}
	if u := usage(t, w, ann); u.Parts != int64(sent)*99_000 || sent != 4 {
		t.Errorf("%d sent: %+v", sent, u)
	}
	labtest.Must(t, put(0, bytes.NewReader(data[0])))
	if u := usage(t, w, ann); u.Parts != 3*99_000 || u.Versions != 100_000 {
		t.Errorf("one is whole: %+v", u)
	}
	w.Clock.Pass(25 * time.Hour)
	w.Expires(time.Time{})
	if u := usage(t, w, ann); u.Parts != 0 || u.Versions != 100_000 {
		t.Errorf("a day later: %+v", u)
	}
	labtest.Must(t, put(5, bytes.NewReader(data[5])))
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestFullUser: who has used up what may be kept is told before anything is sent; others are
// not kept from anything, and the operator can give more, and sees who is near.
func TestFullUser(t *testing.T) {
	w := labtest.New(t, hub.Config{Quotas: hub.Quotas{Collections: 2, Versions: 10_000}})
	ann, bob := w.User("ann"), w.User("bob")
	cam, other := w.Camera(ann, 2), w.Camera(bob, 2)
	quotas := w.Hub.Hub.Quotas()
	name := cam.Album("one")
	cam.Shares(name)
	near, err := quotas.Near(t.Context(), 0.5, collection.UserID{}, 10)
	if err != nil || len(near) != 1 || near[0].User != ann {
		t.Errorf("near: %v, %v", near, err)
	}
	cam.Shares(cam.Album("two"))
	_, err = cam.Share(t.Context(), cam.ToHub(), cam.Album("three"))
	isOver(t, err, "collections")
	labtest.Must(t, quotas.Set(t.Context(), ann, hub.Quotas{Collections: -1}))
	cam.Shares(cam.Album("four"))
	for i := range 4 {
		cam.Add(10 + i)
	}
	_, err = cam.Share(t.Context(), cam.ToHub(), cam.Album("many"))
	isOver(t, err, "bytes of versions")
	other.Shares(other.Album("bob's"))
	labtest.Must(t, quotas.Set(t.Context(), ann, hub.Quotas{Versions: 1}))
	cam.Shares(name) // of which nothing is missing
	for after, pages := (collection.UserID{}), 0; pages < 3; pages++ {
		page, err := quotas.Near(t.Context(), 0, after, 1)
		labtest.Must(t, err)
		if len(page) != min(1, 2-pages) {
			t.Errorf("page %d: %v", pages, page)
		}
		if len(page) > 0 {
			after = page[0].User
		}
	}
	labtest.Must(t, quotas.Set(t.Context(), ann, hub.Quotas{}))
	if u := usage(t, w, ann); u.Quotas.Collections != 2 || u.Share() < 1 {
		t.Errorf("%+v", u)
	}
}

// TestManySources: neither a long URL nor one URL more than a user has stations is taken.
func TestManySources(t *testing.T) {
	w, cam, home, _, name := labtest.Published(t, hub.Config{Quotas: hub.Quotas{Sources: 1}}, 1)
	announce := func(s *labtest.Peer, url string) error {
		a := transport.Announcement{Author: name.Author, ID: name.ID, Items: transport.AllBits(1), URL: url, Endpoint: s.Source().Endpoint}
		_, err := w.Hub.Hub.As(cam.User).Announce(t.Context(), a)
		return err
	}
	laptop := w.Peer(cam.User, "laptop")
	isOver(t, announce(laptop, laptop.URL()), "sources of a collection")
	labtest.Must(t, w.Hub.Hub.Quotas().Set(t.Context(), cam.User, hub.Quotas{Sources: 2}))
	if err := announce(laptop, laptop.URL()); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a laptop that has nothing: %v", err)
	}
	isOver(t, announce(home, home.URL()+"/"+strings.Repeat("a", 1024)), "bytes of a source's URL")
	labtest.Must(t, announce(home, home.URL()))
	_, data := cam.Encoded(name)
	_, err := w.Hub.Hub.As(cam.User).Share(t.Context(), transport.Share{Collection: data, URL: home.URL() + "/" + strings.Repeat("a", 1024)})
	isOver(t, err, "bytes of a source's URL")
}

// TestLuckyAnnouncement: who has some of the items does not get the labels of all taken off
// by announcing them again and again.
func TestLuckyAnnouncement(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, carol := w.User("ann"), w.User("carol")
	cam, home := w.Camera(ann, 20), w.Peer(ann, "home")
	name := cam.AlbumOf("title", collection.Body{Completers: []collection.UserID{carol}})
	cam.Shares(name)
	cam.Syncs(home, name)
	liar := w.Peer(carol, "carol")
	home.PublishesPartial(name)
	liar.Refreshes(name)
	for i := range 10 {
		labtest.Must(t, liar.Import(t.Context(), cam.Ref(name, i, 2), bytes.NewReader(cam.Card[cam.Items[i].ID][2])))
	}
	all := transport.Announcement{Author: ann, ID: name.ID, Items: transport.AllBits(20), URL: liar.URL(), Endpoint: liar.Source().Endpoint}
	for try := range 400 {
		if _, err := w.Hub.Hub.As(carol).Announce(t.Context(), all); err == nil {
			t.Fatalf("taken at try %d", try)
		} else if try == 399 {
			isOver(t, err, "failed announcements in a day")
		}
	}
	if n := w.Labelled(ann, name); n != 20 {
		t.Errorf("%d labels", n)
	}
	w.Clock.Pass(24 * time.Hour)
	all.Items = transport.AllBits(10)
	if _, err := w.Hub.Hub.As(carol).Announce(t.Context(), all); err != nil {
		t.Errorf("what carol has, a day later: %v", err)
	}
}

// TestManyLetters: one account does not mail the world, nor one address without end, and
// learns of no more addresses whose they are.
func TestManyLetters(t *testing.T) {
	box := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: box}, Quotas: hub.Quotas{Addresses: 50, SameAddress: 3, Letters: 60}})
	cam := w.Camera(w.User("mallory"), 1)
	cam.Shares(cam.AlbumFor("BUY NOW", nil, addresses(50)...))
	_, err := cam.Share(t.Context(), cam.ToHub(), cam.AlbumFor("BUY NOW", nil, "one.more@example.org"))
	isOver(t, err, "mail addresses in a day")
	if n := len(w.Letters(box)); n != 50 {
		t.Errorf("%d letters", n)
	}
	w.Clock.Pass(24 * time.Hour)
	for range 3 {
		cam.Shares(cam.AlbumFor("again", nil, "one@example.org"))
	}
	_, err = cam.Share(t.Context(), cam.ToHub(), cam.AlbumFor("again", nil, "one@example.org"))
	isOver(t, err, "collections in a day for one mail address")
	if n := len(w.Letters(box)); n != 3 {
		t.Errorf("%d letters to one address", n)
	}
}

// TestLettersToOneAddress: however many accounts share with somebody who is no member, few
// letters a day come of it; those that are over wait, and are set aside. Of others nothing is
// held back, and the address is nowhere in the count.
func TestLettersToOneAddress(t *testing.T) {
	for _, unknown := range []hub.Unknown{hub.Blind, hub.Temporary} {
		box := new(notify.Memory)
		w := labtest.New(t, hub.Config{Unknown: unknown, Mail: mail.Config{Channel: box, MaxPerDay: 3}})
		for i := range 10 {
			cam := w.Camera(w.User(fmt.Sprint("mallory", i)), 1)
			cam.Shares(cam.AlbumFor("BUY NOW", nil, []string{"victim@example.org", "Victim@EXAMPLE.org"}[i%2]))
			if i == 9 {
				cam.Shares(cam.AlbumFor("title", nil, "other@example.org"))
			}
		}
		to := func() (victim, other int) {
			for _, l := range w.Letters(box) {
				if l.Address == "other@example.org" {
					other++
				} else {
					victim++
				}
			}
			return victim, other
		}
		if victim, other := to(); victim != 3 || other != 1 {
			t.Errorf("%d letters to one, %d to another", victim, other)
		}
		w.Clock.Pass(23 * time.Hour)
		if victim, _ := to(); victim != 0 {
			t.Errorf("%d letters more on the same day", victim)
		}
		w.Clock.Pass(time.Hour)
		if victim, _ := to(); victim != 3 {
			t.Errorf("%d letters the next day", victim)
		}
		w.Clock.Pass(72 * time.Hour)
		if victim, _ := to(); victim != 3 {
			t.Errorf("%d letters when it is late", victim)
		}
		if parked, err := w.Hub.Hub.Mail().Parked(t.Context(), collection.UserID{}); err != nil || len(parked) != 1 {
			t.Errorf("%d set aside, %v", len(parked), err)
		}
		for r, err := range w.Hub.Store.Scan(t.Context(), "spent/", "", 0) {
			labtest.Must(t, err)
			if strings.Contains(r.Key, "letters-to") && strings.Contains(r.Key, kinds.HashOf("victim@example.org").String()) {
				t.Errorf("who has the store finds the address: %s", r.Key)
			}
		}
	}
}

// TestLettersThatFail: a letter counts once, however often it is tried, so that all come as
// soon as letters can be delivered again.
func TestLettersThatFail(t *testing.T) {
	box := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: box, MaxPerDay: 3}})
	for i := range 3 {
		cam := w.Camera(w.User(fmt.Sprint("friend", i)), 1)
		cam.Shares(cam.AlbumFor("title", nil, "one@example.org"))
	}
	box.Fail(errors.New("451 try again later"))
	for range 10 {
		w.Letters(box)
		w.Clock.Pass(10 * time.Minute)
	}
	box.Fail(nil)
	w.Clock.Pass(2 * time.Hour)
	if n := len(w.Letters(box)); n != 3 {
		t.Errorf("%d letters of 3", n)
	}
}

// TestHeldBackAndWithdrawn: of a letter that was held back, because its address had enough, and
// of which everything is withdrawn meanwhile, nobody hears.
func TestHeldBackAndWithdrawn(t *testing.T) {
	box := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: box, MaxPerDay: 1}})
	first := w.Camera(w.User("first"), 1)
	first.Shares(first.AlbumFor("title", nil, "one@example.org"))
	w.Letters(box)
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	name := cam.AlbumFor("title", nil, "one@example.org")
	cam.Shares(name)
	cam.Syncs(home, name)
	if n := len(w.Letters(box)); n != 0 {
		t.Errorf("%d letters more than one", n)
	}
	home.Withdraws(name, cam.Items[0].ID)
	w.Clock.Pass(24 * time.Hour)
	if l := w.Letters(box); len(l) != 0 {
		t.Errorf("%d letters of what is withdrawn", len(l))
	}
}

// TestReplacedLetters: news that takes the place of a letter is none more.
func TestReplacedLetters(t *testing.T) {
	box := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: box}, Quotas: hub.Quotas{Letters: 2}})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	name := cam.AlbumFor("title", nil, "one@example.org")
	cam.Shares(name)
	cam.Syncs(home, name)
	for i := range 5 {
		home.Retitles(name, fmt.Sprint("title ", i))
	}
	if l := w.Letters(box); len(l) != 1 || l[0].Title != "title 4" {
		t.Errorf("letters: %v", l)
	}
	cam.Shares(cam.AlbumFor("title", nil, "two@example.org"))
	if n := len(w.Letters(box)); n != 1 {
		t.Errorf("%d letters more", n)
	}
}

// TestLettersWait: letters that are more than an author's in a day are written the next day.
func TestLettersWait(t *testing.T) {
	box := new(notify.Memory)
	w := labtest.New(t, hub.Config{Mail: mail.Config{Channel: box}, Quotas: hub.Quotas{Letters: 2}})
	cam := w.Camera(w.User("ann"), 1)
	for i := range 5 {
		cam.Shares(cam.AlbumFor("title", nil, addresses(5)[i]))
	}
	if n := len(w.Letters(box)); n != 2 {
		t.Errorf("%d letters", n)
	}
	w.Clock.Pass(24 * time.Hour)
	if n := len(w.Letters(box)); n != 3 {
		t.Errorf("%d letters the next day", n)
	}
}

// TestTemporaryAccounts: one account does not make any number of others.
func TestTemporaryAccounts(t *testing.T) {
	w := labtest.New(t, hub.Config{Unknown: hub.Temporary, Quotas: hub.Quotas{Temporary: 3}})
	cam := w.Camera(w.User("mallory"), 1)
	cam.Shares(cam.AlbumFor("title", nil, addresses(3)...))
	before := records(t, w)
	_, err := cam.Share(t.Context(), cam.ToHub(), cam.AlbumFor("title", nil, "one.more@example.org"))
	isOver(t, err, "temporary accounts")
	if n := records(t, w); n != before {
		t.Errorf("%d records, %d before", n, before)
	}
}

package hub_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	kinds "github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// stopped is a hub of so many users of each of whom a key was stopped.
func stopped(t *testing.T, users int) (*tally, *hub.Hub) {
	c := &tally{Store: new(memstore.Store)}
	for n := range users {
		user := collection.UserID{1, byte(n), byte(n >> 8)}
		number := kinds.Number(n + 1)
		labtest.Must(t, record.Put(t.Context(), c.Store,
			transport.Change{Key: kinds.Stopped.Key(number), Value: user[:]},
			transport.Change{Key: kinds.Revoked.Key(user), Value: number.Value()},
			transport.Change{Key: kinds.Revoked.Key(), Value: number.Value()}))
	}
	h, err := hub.New(t.Context(), lab.Signer("hub"), hub.Config{Store: c, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	labtest.Must(t, err)
	return c, h
}

// TestKeyNewsGrowth: to tell of one key that was stopped costs the same whatever number of
// keys were stopped before, and so does it to stop one.
func TestKeyNewsGrowth(t *testing.T) {
	var want string
	for _, users := range []uint64{10, 10_000} {
		c, h := stopped(t, int(users))
		ann, err := h.Accounts().Register(t.Context(), hub.Person{})
		labtest.Must(t, err)
		labtest.Must(t, addKey(t, h.Accounts(), ann, "phone", lab.Signer("phone")))
		ask := func(after uint64, want int) func() error {
			return func() error {
				news, err := h.As(ann).KeyNews(t.Context(), transport.KeyNewsRequest{After: after, Users: []collection.UserID{ann}})
				if err == nil && len(news.Changed) != want {
					err = fmt.Errorf("%d users, want %d", len(news.Changed), want)
				}
				return err
			}
		}
		got := c.of(t, "nothing new", ask(users, 0)) + "\n" + c.of(t, "one", ask(users-1, 1)) + "\n" +
			c.of(t, "revoke", func() error { return h.Accounts().Revoke(t.Context(), ann, "phone") }) + "\n" +
			c.of(t, "one more", ask(users, 1))
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("with %d users:\n%s\nwant\n%s", users, got, want)
		}
	}
}

// TestKeyNewsPages: all who were stopped are told of, in pages, each once.
func TestKeyNewsPages(t *testing.T) {
	const users = 2*transport.MaxKeyNews + 1
	_, h := stopped(t, users)
	seen := map[transport.UserMark]bool{}
	pages := 0
	for asked, more := (transport.KeyNewsRequest{}), true; more; pages++ {
		news, err := h.As(collection.UserID{}).KeyNews(t.Context(), asked)
		labtest.Must(t, err)
		for _, mark := range news.Changed {
			seen[mark] = true
		}
		asked.After, more = news.Number, news.More
	}
	if len(seen) != users || pages != 3 {
		t.Errorf("%d users on %d pages", len(seen), pages)
	}
}

// TestKeyNewsOfTwoHubs: what two hubs on one store stop at the same moment has two numbers,
// and either tells of both.
func TestKeyNewsOfTwoHubs(t *testing.T) {
	s := newShared(t, hub.Config{})
	ann, bob := s.User("ann"), s.User("bob")
	a, b := s.Peer(ann, "ann"), s.Peer(bob, "bob")
	s.meanwhile(func() { labtest.Must(t, s.other.Accounts().Revoke(t.Context(), bob, b.Name)) })
	s.Revokes(a.Station)
	for _, h := range []*hub.Hub{s.Hub.Hub, s.other} {
		news, err := h.As(ann).KeyNews(t.Context(), transport.KeyNewsRequest{})
		labtest.Must(t, err)
		if len(news.Changed) != 2 || news.Changed[0] != transport.MarkOf(bob) || news.Changed[1] != transport.MarkOf(ann) {
			t.Errorf("%+v", news)
		}
	}
}

// TestKeyNewsOfDirectory: what a server has revoked in a user base of its own reaches stations
// as soon as the server names the user.
func TestKeyNewsOfDirectory(t *testing.T) {
	s := newServed(t, hub.Config{})
	h := s.Hub.Hub
	_, err := h.As(s.ann).KeyNews(t.Context(), transport.KeyNewsRequest{Users: []collection.UserID{s.ann}})
	labtest.Must(t, err)
	s.Pass(time.Second)
	s.says(t, signature.KeyStatement{User: s.ann, Key: s.cam.Signer.Public(), Role: signature.RoleRevoked})
	_, err = h.As(s.ann).KeyNews(t.Context(), transport.KeyNewsRequest{Users: []collection.UserID{s.ann}})
	labtest.Must(t, err)
	news, err := h.As(s.bob).KeyNews(t.Context(), transport.KeyNewsRequest{})
	labtest.Must(t, err)
	if len(news.Changed) != 1 || news.Changed[0] != transport.MarkOf(s.ann) {
		t.Errorf("%+v", news)
	}
}

// TestFirstRoster: whoever has a token of a user without a key binds the user to none.
func TestFirstRoster(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	r, err := signature.Roster{User: ann, Number: 1}.Sign(t.Context(), lab.Signer("thief"))
	labtest.Must(t, err)
	data, err := r.MarshalBinary()
	labtest.Must(t, err)
	for _, sent := range []struct {
		roster []byte
		want   error
	}{{data, transport.ErrForbidden}, {nil, transport.ErrNotFound}} {
		if _, err := w.Hub.Hub.As(ann).SetRoster(t.Context(), sent.roster); !errors.Is(err, sent.want) {
			t.Errorf("%d bytes: %v, want %v", len(sent.roster), err, sent.want)
		}
	}
}

// TestKeyNewsOfDamage: a statement on one user that is damaged, as the store finds or does not
// find, keeps no other's back, from KeyNews or a collection; and stations take what they get.
func TestKeyNewsOfDamage(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	b, phone := w.Peer(bob, "bob"), w.Camera(eve, 1)
	name := cam.Album("title", bob, eve)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	w.Revokes(phone.Station)
	w.Revokes(b.Station)
	key := kinds.Statement.Key(eve, phone.Key())
	for what, damage := range map[string]func(){
		"found": func() { w.Restart(recordtest.New(w.Hub.Store, key)) },
		"not found": func() {
			labtest.Must(t, record.Put(t.Context(), w.Hub.Store, transport.Change{Key: key, Value: []byte("damaged")}))
			w.Restart(w.Hub.Store)
		},
	} {
		damage()
		news, err := w.Hub.Hub.As(ann).KeyNews(t.Context(), transport.KeyNewsRequest{Users: []collection.UserID{eve, bob}})
		labtest.Must(t, err)
		if !slices.ContainsFunc(news.Statements, func(data []byte) bool { w, err := userOf(data); return err == nil && w == bob }) {
			t.Errorf("%s: nothing of Bob in %d statements", what, len(news.Statements))
		}
		labtest.Must(t, home.RefreshKeys(t.Context()))
		home.Refreshes(name)
	}
}

// userOf returns whom a statement or a roster is on.
func userOf(data []byte) (collection.UserID, error) {
	var r signature.Roster
	if r.UnmarshalBinary(data) == nil {
		return r.User, nil
	}
	var s signature.KeyStatement
	err := s.UnmarshalBinary(data)
	return s.User, err
}

package transporttest

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// KeyNewsFixture is what the suite of key news works with: an authority that has stopped
// nobody's keys, or a link to it.
type KeyNewsFixture struct {
	transport.KeyNewsSource
	// Users are three users who have keys there, and Stranger is none.
	Users    []collection.UserID
	Stranger collection.UserID
	// Verifier knows the key of the authority, whose root is Authority.
	Verifier  collection.Verifier
	Authority collection.KeyID
	// Stop stops a key of a user, another one each time it is called for the same.
	Stop func(t *testing.T, user collection.UserID)
}

// KeyNewsSource checks an authority, or a link to one, against the contract of
// transport.KeyNewsSource.
func KeyNewsSource(t *testing.T, open func(t *testing.T) KeyNewsFixture) {
	run(t, open, []check[KeyNewsFixture]{
		{"who was stopped", keyNewsInOrder},
		{"statements on some users", keyNewsStatements},
		{"sealed for one request", keyNewsSealed},
		{"too many users", keyNewsTooMany},
		{"many callers at once", keyNewsAtOnce},
		{"canceled context", keyNewsCanceled},
	})
}

// keyNews asks, and verifies the answer.
func (c KeyNewsFixture) keyNews(t *testing.T, asked transport.KeyNewsRequest) (transport.KeyNews, error) {
	news, err := c.KeyNews(t.Context(), asked)
	if err != nil {
		return news, err
	}
	by, err := news.Verify(t.Context(), asked, c.Verifier)
	if err == nil && by != c.Authority {
		err = errors.New("sealed by another authority")
	}
	return news, err
}

// heard asks for what follows a number, and returns up to where it goes.
func (c KeyNewsFixture) heard(t *testing.T, after uint64, want ...collection.UserID) uint64 {
	t.Helper()
	news, err := c.keyNews(t, transport.KeyNewsRequest{After: after, Nonce: [16]byte{byte(after)}})
	if err != nil {
		t.Fatal(err)
	}
	var marks []transport.UserMark
	for _, user := range want {
		marks = append(marks, transport.MarkOf(user))
	}
	if !slices.Equal(news.Changed, marks) || news.More || news.Number < after {
		t.Errorf("after %d: %+v, want %d users", after, news, len(want))
	}
	return news.Number
}

func keyNewsInOrder(t *testing.T, c KeyNewsFixture) {
	none := c.heard(t, 0)
	c.Stop(t, c.Users[0])
	first := c.heard(t, none, c.Users[0])
	c.Stop(t, c.Users[1])
	c.Stop(t, c.Users[0]) // once more: it is listed once
	last := c.heard(t, first, c.Users[1], c.Users[0])
	if none >= first || first >= last {
		t.Errorf("numbers: %d, %d, %d", none, first, last)
	}
	c.heard(t, 0, c.Users[1], c.Users[0])
	if again := c.heard(t, last); again != last {
		t.Errorf("nothing new: %d after %d", again, last)
	}
}

// keyNewsStatements: a user of whom a key was stopped has one statement more, or another one.
func keyNewsStatements(t *testing.T, c KeyNewsFixture) {
	of := func(users ...collection.UserID) [][]byte {
		news, err := c.keyNews(t, transport.KeyNewsRequest{Users: users})
		want(t, err, nil)
		return news.Statements
	}
	before := of(c.Users[2])
	if len(before) <= len(of()) || len(of(c.Stranger)) != len(of()) {
		t.Errorf("%d statements on a user, %d on a stranger, %d on nobody", len(before), len(of(c.Stranger)), len(of()))
	}
	c.Stop(t, c.Users[2])
	if after := of(c.Users[2]); slices.EqualFunc(before, after, slices.Equal) {
		t.Error("nothing else is said of a key that was stopped")
	}
	if n := len(of(c.Users[0], c.Users[2])); n <= len(of(c.Users[2])) {
		t.Errorf("%d statements on two users", n)
	}
}

func keyNewsSealed(t *testing.T, c KeyNewsFixture) {
	c.Stop(t, c.Users[0])
	asked := transport.KeyNewsRequest{Nonce: [16]byte{1}, Users: c.Users[:1]}
	news, err := c.keyNews(t, asked)
	want(t, err, nil)
	for what, other := range map[string]transport.KeyNewsRequest{
		"another nonce":  {Nonce: [16]byte{2}, Users: asked.Users},
		"another number": {After: 1, Nonce: asked.Nonce, Users: asked.Users},
		"another user":   {Nonce: asked.Nonce, Users: c.Users[1:2]},
	} {
		if _, err := news.Verify(t.Context(), other, c.Verifier); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, change := range map[string]func(*transport.KeyNews){
		"another number": func(n *transport.KeyNews) { n.Number++ },
		"no users":       func(n *transport.KeyNews) { n.Changed = nil },
		"no statements":  func(n *transport.KeyNews) { n.Statements = nil },
		"more":           func(n *transport.KeyNews) { n.More = true },
		"no seal":        func(n *transport.KeyNews) { n.Seal = nil },
	} {
		changed := news
		change(&changed)
		if _, err := changed.Verify(t.Context(), asked, c.Verifier); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func keyNewsTooMany(t *testing.T, c KeyNewsFixture) {
	_, err := c.KeyNews(t.Context(), transport.KeyNewsRequest{Users: make([]collection.UserID, transport.MaxKeyNewsUsers+1)})
	want(t, err, transport.ErrTooLarge)
	_, err = c.keyNews(t, transport.KeyNewsRequest{Users: make([]collection.UserID, transport.MaxKeyNewsUsers)})
	want(t, err, nil)
}

func keyNewsAtOnce(t *testing.T, c KeyNewsFixture) {
	c.Stop(t, c.Users[0])
	atOnce(t, 16, func(i int) error {
		_, err := c.keyNews(t, transport.KeyNewsRequest{Nonce: [16]byte{byte(i)}, Users: c.Users})
		return err
	})
}

func keyNewsCanceled(t *testing.T, c KeyNewsFixture) {
	_, err := c.KeyNews(over(t), transport.KeyNewsRequest{})
	ended(t, "key news", err)
}

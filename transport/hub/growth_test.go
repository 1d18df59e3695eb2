package hub_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	kinds "github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// tally counts the records that are read and written.
type tally struct {
	transport.Store
	read, written int
}

func (c *tally) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	c.read += len(keys)
	return c.Store.Get(ctx, keys...)
}

func (c *tally) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for r, err := range c.Store.Scan(ctx, prefix, after, limit) {
			c.read++
			if !yield(r, err) {
				return
			}
		}
	}
}

func (c *tally) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	c.written += len(b.Changes)
	return c.Store.Apply(ctx, b)
}

// of counts what is read and written by some work.
func (c *tally) of(t *testing.T, what string, work func() error) string {
	t.Helper()
	c.read, c.written = 0, 0
	if err := work(); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	return fmt.Sprintf("%s: %d read, %d written", what, c.read, c.written)
}

// grown is a store of a hub with so many users, each of whom has a key, a revoked one
// and a token. Of each an address has not been resolved before a crash.
func grown(t *testing.T, users int) *tally {
	c := &tally{Store: new(memstore.Store)}
	h, err := hub.New(t.Context(), lab.Signer("hub"), hub.Config{Store: c})
	labtest.Must(t, err)
	a := h.Accounts()
	for i := range users {
		user, err := a.Register(t.Context(), hub.Person{Addresses: []string{fmt.Sprintf("u%d@example.org", i)}})
		labtest.Must(t, err)
		for _, credential := range []string{"old", "phone"} {
			_, err = lab.Enroll(t.Context(), h, user, credential, lab.Signer(fmt.Sprint(credential, i)), signature.StationPeer)
			labtest.Must(t, err)
			_, err = a.Issue(t.Context(), user, credential)
			labtest.Must(t, err)
		}
		labtest.Must(t, a.Revoke(t.Context(), user, "old"))
		left := transport.Change{Key: kinds.Joined.Key(kinds.HashOf(fmt.Sprintf("u%d@example.org", i))), Value: user[:]}
		labtest.Must(t, record.Put(t.Context(), c.Store, left))
	}
	return c
}

// TestGrowth: what a hub reads and writes when it starts, and for each change and question
// of accounts, is the same whatever is stored.
func TestGrowth(t *testing.T) {
	many := 200
	if testing.Short() {
		many = 40
	}
	var want string
	for _, users := range []int{20, many} {
		got := grown(t, users).costs(t)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("with %d users:\n%s\nwant\n%s", users, got, want)
		}
	}
}

// costs starts a hub and has it do what it does for accounts, and says what each costs.
func (c *tally) costs(t *testing.T) string {
	var h *hub.Hub
	var a *hub.Accounts
	var eve collection.UserID
	var token string
	signer := lab.Signer("eve")
	var lines []string
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"start", func() (err error) {
			h, err = hub.New(t.Context(), lab.Signer("hub"), hub.Config{Store: c})
			a = h.Accounts()
			return err
		}},
		{"register", func() (err error) {
			eve, err = a.Register(t.Context(), hub.Person{Addresses: []string{"eve@example.org"}})
			return err
		}},
		{"add a key", func() error { return addKey(t, a, eve, "phone", signer) }},
		{"issue a token", func() (err error) {
			token, err = a.Issue(t.Context(), eve, "phone")
			return err
		}},
		{"whose a token is", func() error { return second(a.UserOf(t.Context(), token)) }},
		{"key statements", func() error { return second(a.KeyStatements(t.Context(), eve)) }},
		{"credentials", func() error { return second(a.Credentials(t.Context(), eve)) }},
		{"verify a seal", func() error { return verifies(t, h, eve, signer) }},
		{"revoke", func() error { return a.Revoke(t.Context(), eve, "phone") }},
	} {
		lines = append(lines, c.of(t, step.what, step.do))
	}
	return strings.Join(lines, "\n")
}

func second[T any](_ T, err error) error { return err }

// verifies has a hub verify a seal of a user's.
func verifies(t *testing.T, h *hub.Hub, user collection.UserID, by *signature.Signer) error {
	const typ = "application/glimpse.edition"
	seal, err := by.Sign(t.Context(), typ, []byte("statement"))
	labtest.Must(t, err)
	v, err := h.As(user).VerifySeal(t.Context(), transport.VerifyRequest{Type: typ, Statement: []byte("statement"), Seal: seal})
	if err == nil && v.Outcome != 0 {
		err = v.Err()
	}
	return err
}

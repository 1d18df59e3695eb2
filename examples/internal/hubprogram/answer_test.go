package hubprogram

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// between is an invitation as a station reaches it that hears of the decision only when it
// asks again: it asks every now and then, and answers get lost.
type between struct {
	a       *admin
	secret  string
	decided chan struct{}
}

func (b between) Commit(ctx context.Context, c enrol.Commitment) ([]byte, error) {
	return b.a.attempt(b.secret).Commit(ctx, c)
}

func (b between) Reveal(ctx context.Context, opening []byte) error {
	return b.a.attempt(b.secret).Reveal(ctx, opening)
}

func (b between) Admission(ctx context.Context, request []byte) ([]byte, error) {
	asking, cancel := context.WithCancel(ctx)
	cancel()
	b.a.attempt(b.secret).Admission(asking, request)
	<-b.decided
	time.Sleep(100 * time.Millisecond) // it asks again after a while
	if again := b.a.attempt(b.secret); again != nil {
		return again.Admission(ctx, request)
	}
	return nil, enrol.ErrSpent
}

// TestAskedAgain: a station that was admitted between two of its questions joins.
func TestAskedAgain(t *testing.T) {
	s, err := open(t.Context(), &grammar{Data: t.TempDir()}, hub.Config{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close(context.Background())
	a := newAdmin(s, newMetrics())
	a.url = "https://hub.example.org"
	opened, err := a.invite(t.Context(), invitation{Name: "Ann"})
	text := opened.Text
	if err != nil {
		t.Fatal(err)
	}
	b := between{a, text[strings.LastIndexByte(text, '.')+1:], make(chan struct{})}
	go func() {
		defer close(b.decided)
		a.decide(t.Context(), decision{b.secret, true})
	}()
	home, err := program.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	joiner, err := enrol.Join(t.Context(), b, home.Signer, signature.StationPeer, "home", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := joiner.Confirm(t.Context()); err != nil {
		t.Error(err)
	}
}

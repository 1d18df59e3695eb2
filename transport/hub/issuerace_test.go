package hub_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// afterScan is a store in which something happens once, after some records were listed.
type afterScan struct {
	transport.Store
	prefix string
	then   func()
}

// Scan implements transport.Records.
func (s *afterScan) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for r, err := range s.Store.Scan(ctx, prefix, after, limit) {
			if !yield(r, err) {
				return
			}
		}
		if then := s.then; then != nil && strings.HasPrefix(prefix, s.prefix) {
			s.then = nil
			then()
		}
	}
}

// TestDeleteEndsTokensIssuedMeanwhile: a token that is issued while its user is deleted opens
// nothing afterwards.
func TestDeleteEndsTokensIssuedMeanwhile(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	bob := w.User("bob")
	var token string
	slow := &afterScan{Store: w.Hub.Store, prefix: "cred"}
	w.Restart(slow)
	a := w.Hub.Hub.Accounts()
	slow.then = func() {
		var err error
		token, err = a.Issue(t.Context(), bob, "laptop")
		labtest.Must(t, err)
	}
	labtest.Must(t, a.Members().Delete(t.Context(), bob))
	if token == "" {
		t.Fatal("no token was issued")
	}
	if user, err := a.UserOf(t.Context(), token); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("the token is %v's, %v", user, err)
	}
	if left, err := a.Credentials(t.Context(), bob); len(left) > 0 || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}

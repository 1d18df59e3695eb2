package notify_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

func TestWhoseAddressIsKnownIsToldAsUser(t *testing.T) {
	known, other := collection.Address{1}, collection.Address{2}
	c, err := collection.New(collection.Header{ID: collection.ID{5}, Author: ann, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Recipients: []collection.UserID{bob}, Addresses: []collection.Address{known, other}})
	if err != nil {
		t.Fatal(err)
	}
	check := func(c collection.Collection, users []collection.UserID, addresses []collection.Address) {
		t.Helper()
		if u, a := notify.Due(c), notify.DueAddresses(c); !slices.Equal(u, users) || !slices.Equal(a, addresses) {
			t.Errorf("due: %v and %v, want %v and %v", u, a, users, addresses)
		}
	}
	check(c, []collection.UserID{bob}, []collection.Address{known, other})
	for _, user := range []collection.UserID{eve, bob, ann} {
		resolved, err := c.Resolve(context.Background(), noSeal{}, known, user, time.Unix(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		want := []collection.UserID{bob}
		if user == eve {
			want = append(want, eve)
		}
		check(resolved, want, []collection.Address{other})
	}
}

func TestMemory(t *testing.T) {
	var m notify.Memory
	down := errors.New("down")
	m.Fail(down)
	if err := m.Deliver(t.Context(), notify.Letter{Title: "lost"}); !errors.Is(err, down) || len(m.Letters()) != 0 {
		t.Errorf("%v, %v", err, m.Letters())
	}
	m.Fail(nil)
	if err := m.Deliver(t.Context(), notify.Letter{Title: "here"}); err != nil || len(m.Letters()) != 1 || m.Letters()[0].Title != "here" {
		t.Errorf("%v, %v", err, m.Letters())
	}
}

package enrol_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}

// seeded is randomness that is the same in every run.
func seeded(seed uint64) io.Reader {
	return rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
}

func signerOf(tb testing.TB, seed uint64) *signature.Signer {
	key, err := signature.GenerateKey(seeded(seed))
	must(tb, err)
	s, err := signature.NewSigner(key, nil)
	must(tb, err)
	return s
}

// home is a station that has a user key.
type home struct {
	tb     testing.TB
	key    *signature.Signer
	user   collection.UserID
	roster signature.Roster
}

func newHome(tb testing.TB, seed uint64) *home {
	key := signerOf(tb, seed)
	return &home{tb: tb, key: key, user: collection.UserOf(key.ID())}
}

func (h *home) offer() enrol.Offer { return enrol.Offer{User: h.user, Key: h.key.Public()} }

func (h *home) open(ctx context.Context, seed uint64) *enrol.Attempt {
	a, err := enrol.NewAttempt(ctx, h.offer(), seeded(seed))
	must(h.tb, err)
	return a
}

// list puts a station into the roster, and returns that.
func (h *home) list(r enrol.Request) []byte {
	h.tb.Helper()
	statement, err := h.add(r)
	must(h.tb, err)
	return statement
}

func (h *home) add(r enrol.Request) (statement []byte, err error) {
	if h.roster, err = r.AddTo(h.tb.Context(), h.roster, h.key); err != nil {
		return nil, err
	}
	return h.roster.MarshalBinary()
}

// confirm says yes on both sides, and returns what the station learns.
func (h *home) confirm(a *enrol.Attempt, j *enrol.Joiner) (enrol.Admission, error) {
	h.tb.Helper()
	ctx, cancel := context.WithCancel(h.tb.Context())
	admitted := make(chan error)
	go func() {
		r, err := a.Confirm(ctx)
		if err == nil {
			var statement []byte
			if statement, err = h.add(r); err == nil {
				err = a.Admit(statement)
			}
		}
		admitted <- err
	}()
	got, err := j.Confirm(ctx)
	cancel()
	if homeErr := <-admitted; err == nil {
		must(h.tb, homeErr)
	}
	return got, err
}

// join has a camera join.
func join(t *testing.T, to enrol.Admitter, key *signature.Signer, seed uint64) *enrol.Joiner {
	t.Helper()
	j, err := enrol.Join(t.Context(), to, key, signature.StationDevice, "camera", seeded(seed))
	must(t, err)
	return j
}

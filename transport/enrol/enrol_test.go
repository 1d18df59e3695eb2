package enrol_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// Both sides show the same code, and the station learns all that was offered.
func TestJoin(t *testing.T) {
	ctx, h, authority := t.Context(), newHome(t, 1), signerOf(t, 2)
	e, err := collection.Endpoint{User: h.user, Key: h.key.ID(), Number: 1, URLs: []string{"https://home.example"}}.Sign(ctx, h.key)
	must(t, err)
	o := h.offer()
	o.Authority, o.Hub, o.Endpoints = authority.Public(), []string{"https://hub.example"}, []collection.Endpoint{e}
	a, err := enrol.NewAttempt(ctx, o, seeded(3))
	must(t, err)
	camera := signerOf(t, 4)
	j := join(t, a, camera, 5)
	r, code, err := a.Wait(ctx)
	must(t, err)
	if code != j.Code() || !regexp.MustCompile(`^\d{3} \d{3}$`).MatchString(code) {
		t.Errorf("codes %q and %q", code, j.Code())
	}
	if r.User != h.user || !r.Key.Equal(camera.Public()) || r.Role != signature.StationDevice || r.Name != "camera" {
		t.Errorf("asked: %+v", r)
	}
	got, err := h.confirm(a, j)
	must(t, err)
	if got.User != h.user || !got.Key.Equal(h.key.Public()) || !got.Authority.Equal(authority.Public()) ||
		got.Hub[0] != "https://hub.example" || got.Endpoints[0].URLs[0] != "https://home.example" {
		t.Errorf("learned: %+v", got)
	}
	keys := new(signature.Keyring)
	must(t, got.AddTo(ctx, keys))
	seal, err := camera.Sign(ctx, "x/y", []byte("z"))
	must(t, err)
	user, _, err := keys.Verify(ctx, "x/y", []byte("z"), seal, time.Time{})
	if must(t, err); collection.UserID(user) != h.user {
		t.Errorf("a seal of the camera is by %x", user)
	}
}

// Whoever asks once more while the code is shown does not touch what that is made of.
func TestAskedOnceMoreMeanwhile(t *testing.T) {
	b, done := &between{to: newHome(t, 1).open(t.Context(), 2)}, make(chan struct{})
	j := join(t, b, signerOf(t, 3), 4)
	a := b.to.(*enrol.Attempt)
	go func() {
		defer close(done)
		for range 100 {
			_, _ = a.Commit(t.Context(), enrol.Commitment(b.committed))
		}
	}()
	for range 100 {
		if _, code, err := a.Wait(t.Context()); err != nil || code != j.Code() {
			t.Errorf("code %s, %v", code, err)
		}
	}
	<-done
}

// A message whose answer was lost can be sent again, and changes nothing.
func TestAnswersAreRepeated(t *testing.T) {
	ctx, h := t.Context(), newHome(t, 1)
	a := h.open(ctx, 2)
	j := join(t, twice{a}, signerOf(t, 3), 4)
	_, err := h.confirm(a, j)
	must(t, err)
	_, err = j.Confirm(ctx)
	must(t, err)
}

// twice sends all messages twice.
type twice struct{ *enrol.Attempt }

func (a twice) Commit(ctx context.Context, c enrol.Commitment) ([]byte, error) {
	if _, err := a.Attempt.Commit(ctx, c); err != nil {
		return nil, err
	}
	return a.Attempt.Commit(ctx, c)
}

func (a twice) Reveal(ctx context.Context, opening []byte) error {
	if err := a.Attempt.Reveal(ctx, opening); err != nil {
		return err
	}
	return a.Attempt.Reveal(ctx, opening)
}

// A station waits until a person has decided, or until its own time or the attempt's is over.
func TestDecision(t *testing.T) {
	h := newHome(t, 1)
	t.Run("refused", func(t *testing.T) {
		a := h.open(t.Context(), 2)
		j := join(t, a, signerOf(t, 3), 4)
		answer := make(chan error)
		go func() {
			_, err := j.Confirm(t.Context())
			answer <- err
		}()
		a.Refuse()
		wants(t, <-answer, enrol.ErrRefused)
		wants(t, a.Admit(nil), enrol.ErrSpent)
		_, _, err := a.Wait(t.Context())
		wants(t, err, enrol.ErrRefused)
	})
	t.Run("over", func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		a := h.open(ctx, 2)
		j := join(t, a, signerOf(t, 3), 4)
		end()
		wants(t, a.Admit(nil), enrol.ErrSpent)
		_, err := j.Confirm(t.Context())
		wants(t, err, enrol.ErrSpent)
		_, err = a.Confirm(t.Context())
		wants(t, err, context.Canceled)
		_, err = enrol.Join(t.Context(), a, signerOf(t, 3), signature.StationDevice, "again", seeded(5))
		wants(t, err, enrol.ErrSpent)
	})
	t.Run("nobody waits any more", func(t *testing.T) {
		a := h.open(t.Context(), 2)
		j := join(t, a, signerOf(t, 3), 4)
		ctx, end := context.WithCancel(t.Context())
		end()
		_, err := j.Confirm(ctx)
		wants(t, err, context.Canceled)
	})
	t.Run("nothing is asked", func(t *testing.T) {
		a := h.open(t.Context(), 2)
		wants(t, a.Admit(nil), enrol.ErrSpent)
		wants(t, a.Reveal(t.Context(), request(t, h, 3)), transport.ErrMalformed)
		b := &between{to: h.open(t.Context(), 2)}
		join(t, b, signerOf(t, 3), 4)
		wants(t, a.Reveal(t.Context(), b.opened), enrol.ErrSpent)
		_, err := a.Admission(t.Context(), request(t, h, 3))
		wants(t, err, enrol.ErrSpent)
	})
}

// request is that of a camera for a user.
func request(t *testing.T, h *home, seed uint64) []byte {
	data, err := enrol.NewRequest(t.Context(), h.user, signerOf(t, seed), signature.StationDevice, "camera", seeded(seed))
	must(t, err)
	return data
}

// A user whose id proves nothing joins by the hub's countersignature or, without a hub, by
// the word of the person who compared.
func TestUsersOfOldIDs(t *testing.T) {
	for _, cosigned := range []bool{false, true} {
		ctx, h, authority := t.Context(), newHome(t, 1), signerOf(t, 2)
		h.user = collection.UserID{7}
		data := request(t, h, 3)
		r, err := enrol.ReadRequest(data)
		must(t, err)
		h.list(r)
		o := h.offer()
		if cosigned {
			h.roster, err = h.roster.CoSign(ctx, authority)
			must(t, err)
			o.Authority = authority.Public()
		}
		statement, err := h.roster.MarshalBinary()
		must(t, err)
		admission, err := r.Admit(ctx, o, statement)
		must(t, err)
		got, err := enrol.Accept(ctx, data, admission)
		if must(t, err); got.User != h.user {
			t.Errorf("joined %v", got.User)
		}
	}
}

// Whoever starts at a hub is a user with its own key, whom the authority introduces.
func TestStartAtAHub(t *testing.T) {
	ctx, authority, key := t.Context(), signerOf(t, 1), signerOf(t, 2)
	a, err := enrol.NewAttempt(ctx, enrol.Offer{Authority: authority.Public(), Hub: []string{"https://hub.example"}}, seeded(3))
	must(t, err)
	j, err := enrol.Join(ctx, a, key, signature.StationPeer, "home", seeded(4))
	must(t, err)
	r, code, err := a.Wait(ctx)
	must(t, err)
	if r.User != collection.UserOf(key.ID()) || code != j.Code() {
		t.Errorf("user %v, codes %s and %s", r.User, code, j.Code())
	}
	statement := word(t, r.User, r.Key, authority)
	go func() {
		r, err := a.Confirm(ctx)
		if err == nil {
			err = r.Key.CheckPossession(authority.ID(), r.User, r.Proof)
		}
		if err == nil {
			err = a.Admit(statement)
		}
		if err != nil {
			a.Refuse()
		}
	}()
	got, err := j.Confirm(ctx)
	if must(t, err); got.User != r.User || !got.Authority.Equal(authority.Public()) {
		t.Errorf("joined %v of %v", got.User, got.Authority)
	}
}

// What is in the roster stays as it is there.
func TestListedStations(t *testing.T) {
	ctx, h := t.Context(), newHome(t, 1)
	r, err := enrol.ReadRequest(request(t, h, 2))
	must(t, err)
	first := string(h.list(r))
	if h.roster.Number != 1 || string(h.list(r)) != first {
		t.Errorf("listed twice, number %d", h.roster.Number)
	}
	peer, err := enrol.NewRequest(ctx, h.user, signerOf(t, 2), signature.StationPeer, "camera", seeded(3))
	must(t, err)
	raised, err := enrol.ReadRequest(peer)
	must(t, err)
	_, err = raised.AddTo(ctx, h.roster, h.key)
	wants(t, err, enrol.ErrListed)
	own, err := enrol.NewRequest(ctx, h.user, h.key, signature.StationDevice, "home", seeded(3))
	must(t, err)
	lowered, err := enrol.ReadRequest(own)
	must(t, err)
	_, err = lowered.AddTo(ctx, h.roster, h.key)
	wants(t, err, enrol.ErrListed)
	h.roster, err = h.roster.Join(signature.Station{Key: r.Key, Role: signature.StationRemoved, Proof: r.Proof}).Sign(ctx, h.key)
	must(t, err)
	_, err = r.AddTo(ctx, h.roster, h.key)
	wants(t, err, enrol.ErrListed)
	_, err = r.AddTo(ctx, signature.Roster{User: collection.UserID{9}, Number: 1}, h.key)
	wants(t, err, enrol.ErrUser)
}

// Every kind of key joins, and fits into a request.
func TestKeys(t *testing.T) {
	h := newHome(t, 1)
	short, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	pem, err := os.ReadFile("../../signature/testdata/keys/rsa2048.pem")
	must(t, err)
	long, err := signature.ParsePrivateKey(pem, nil)
	must(t, err)
	name := strings.Repeat("é", enrol.MaxName/2)
	ofP256, err := signature.NewSigner(short, rand.Reader)
	must(t, err)
	ofRSA, err := signature.NewSigner(long, rand.Reader)
	must(t, err)
	for _, key := range []*signature.Signer{ofP256, ofRSA} {
		data, err := enrol.NewRequest(t.Context(), h.user, key, signature.StationPeer, name, seeded(2))
		must(t, err)
		r, err := enrol.ReadRequest(data)
		if must(t, err); r.Name != name || len(data)+2*(signature.MaxRSA-signature.MinRSA)/8 > enrol.MaxRequest {
			t.Errorf("%q, %d bytes", r.Name, len(data))
		}
		h.list(r)
	}
}

// Names are shown to a person who decides.
func TestNames(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("x", enrol.MaxName+1), "a\nb", "a\u202eb", "a\u200bb", "a\u00a0b", "\xff"} {
		_, err := enrol.NewRequest(t.Context(), collection.UserID{1}, signerOf(t, 1), signature.StationDevice, name, seeded(2))
		wants(t, err, transport.ErrMalformed)
	}
	_, err := enrol.NewRequest(t.Context(), collection.UserID{1}, signerOf(t, 1), signature.StationRemoved, "x", seeded(2))
	wants(t, err, transport.ErrMalformed)
}

// What a station would refuse is not offered.
func TestOffers(t *testing.T) {
	h := newHome(t, 1)
	e := withEndpoint(t, h, h, h.user).Endpoints[0]
	for what, c := range map[string]struct {
		offer enrol.Offer
		want  error
	}{
		"without a key":           {enrol.Offer{User: h.user}, transport.ErrMalformed},
		"a user key without user": {enrol.Offer{Key: h.key.Public()}, transport.ErrMalformed},
		"an empty URL":            {enrol.Offer{User: h.user, Key: h.key.Public(), Hub: []string{""}}, transport.ErrMalformed},
		"a long URL":              {enrol.Offer{User: h.user, Key: h.key.Public(), Hub: []string{strings.Repeat("x", collection.MaxURL+1)}}, transport.ErrMalformed},
		"many URLs":               {enrol.Offer{User: h.user, Key: h.key.Public(), Hub: []string{"1", "2", "3", "4", "5"}}, transport.ErrTooLarge},
		"many endpoints":          {enrol.Offer{User: h.user, Key: h.key.Public(), Endpoints: []collection.Endpoint{e, e, e, e, e}}, transport.ErrTooLarge},
		"no endpoint":             {enrol.Offer{User: h.user, Key: h.key.Public(), Endpoints: make([]collection.Endpoint, 1)}, collection.ErrZero},
	} {
		if _, err := enrol.NewAttempt(t.Context(), c.offer, seeded(2)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := enrol.NewAttempt(t.Context(), h.offer(), bytes.NewReader(make([]byte, 31)))
	wants(t, err, io.ErrUnexpectedEOF)
	_, err = enrol.Join(t.Context(), nil, h.key, signature.StationPeer, "x", bytes.NewReader(nil))
	wants(t, err, io.EOF)
}

// What is longer than it may be is not read, and an offer has a nonce where there is a code.
func TestLimits(t *testing.T) {
	h := newHome(t, 1)
	asked := request(t, h, 2)
	_, err := enrol.ReadRequest(make([]byte, enrol.MaxRequest+1))
	wants(t, err, transport.ErrTooLarge)
	_, err = enrol.Accept(t.Context(), asked, make([]byte, enrol.MaxAdmission+1))
	wants(t, err, transport.ErrTooLarge)
	_, err = enrol.Accept(t.Context(), nil, nil)
	wants(t, err, transport.ErrMalformed)
	offer, err := h.open(t.Context(), 3).Commit(t.Context(), enrol.Commitment{})
	must(t, err)
	for want, offer := range map[error][]byte{
		transport.ErrTooLarge:  make([]byte, 1<<16+1),
		transport.ErrMalformed: append(offer[:len(offer)-34:len(offer)-34], 0x40),
	} {
		_, err = enrol.Join(t.Context(), offering{offer: offer}, h.key, signature.StationPeer, "x", seeded(4))
		wants(t, err, want)
	}
}

// The sizes in the package comment.
func TestSizes(t *testing.T) {
	ctx, h := t.Context(), newHome(t, 1)
	data, err := enrol.NewRequest(ctx, h.user, signerOf(t, 2), signature.StationDevice, strings.Repeat("x", enrol.MaxName), seeded(2))
	must(t, err)
	r, err := enrol.ReadRequest(data)
	must(t, err)
	if len(data) > 320 || len(enrol.Text(data)) > 520 {
		t.Errorf("request of %d bytes, %d characters", len(data), len(enrol.Text(data)))
	}
	h.list(r)
	for seed := uint64(3); ; seed++ {
		statement, err := h.roster.MarshalBinary()
		must(t, err)
		admission, err := r.Admit(ctx, h.offer(), statement)
		must(t, err)
		n := len(h.roster.Stations)
		if len(admission) > 500+200*(n-1) || len(enrol.Text(admission)) > 4296 {
			t.Errorf("admission of %d bytes, %d characters, with %d stations", len(admission), len(enrol.Text(admission)), n)
		}
		if n == 12 {
			break
		}
		other, err := enrol.ReadRequest(request(t, h, seed))
		must(t, err)
		h.list(other)
	}
	with, err := r.Admit(ctx, withEndpoint(t, h, h, h.user), h.list(r))
	must(t, err)
	without, err := r.Admit(ctx, h.offer(), h.list(r))
	if must(t, err); len(with)-len(without) > 300 {
		t.Errorf("endpoint of %d bytes", len(with)-len(without))
	}
}

// Text is read as it is written, with white space around it.
func TestText(t *testing.T) {
	message := []byte("a message")
	got, err := enrol.FromText(" " + enrol.Text(message) + "\n")
	if must(t, err); !bytes.Equal(got, message) {
		t.Errorf("read %q", got)
	}
	for _, text := range []string{"", "GLIMPSE", strings.ToLower(enrol.Text(message)), enrol.Text(message) + "=", "GLIMPSE:AB", enrol.Text(message)[1:]} {
		_, err := enrol.FromText(text)
		wants(t, err, transport.ErrMalformed)
	}
	_, err = enrol.FromText(enrol.Text(make([]byte, enrol.MaxAdmission+1)))
	wants(t, err, transport.ErrTooLarge)
}

package enrol_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// between is on the way from a station to an attempt: it keeps all that is said, and may put
// something else in its place.
type between struct {
	to                                          enrol.Admitter
	committed, offered, opened, asked, admitted []byte

	onCommitment, onOffer, onOpening, onRequest, onAdmission func([]byte) []byte
}

func put(change func([]byte) []byte, data []byte) []byte {
	if change == nil {
		return data
	}
	return change(slices.Clone(data))
}

func (b *between) Commit(ctx context.Context, c enrol.Commitment) ([]byte, error) {
	b.committed = put(b.onCommitment, c[:])
	offer, err := b.to.Commit(ctx, enrol.Commitment(b.committed))
	b.offered = put(b.onOffer, offer)
	return b.offered, err
}

func (b *between) Reveal(ctx context.Context, opening []byte) error {
	b.opened = put(b.onOpening, opening)
	return b.to.Reveal(ctx, b.opened)
}

func (b *between) Admission(ctx context.Context, request []byte) ([]byte, error) {
	b.asked = put(b.onRequest, request)
	admission, err := b.to.Admission(ctx, b.asked)
	b.admitted = put(b.onAdmission, admission)
	return b.admitted, err
}

// Who relays all of it gets nothing: no secret, and the station becomes the user's and
// nobody else's.
func TestRelay(t *testing.T) {
	h := newHome(t, 1)
	a := h.open(t.Context(), 2)
	b, camera := &between{to: a}, signerOf(t, 3)
	j := join(t, b, camera, 4)
	_, code, err := a.Wait(t.Context())
	if must(t, err); code != j.Code() {
		t.Errorf("codes %s and %s", code, j.Code())
	}
	got, err := h.confirm(a, j)
	if must(t, err); got.User != h.user {
		t.Errorf("joined %v", got.User)
	}
	for _, seed := range []uint64{1, 3} {
		private, err := signature.GenerateKey(seeded(seed))
		must(t, err)
		if bytes.Contains(slices.Concat(b.offered, b.opened, b.asked, b.admitted), private.Seed()) {
			t.Errorf("a private key was sent")
		}
	}
}

// Who puts its own keys in on both sides shows other codes there, whichever side it speaks to
// first, and whatever the chance.
func TestOwnKeysOnBothSides(t *testing.T) {
	h, mallory := newHome(t, 1), newHome(t, 2)
	camera, key := signerOf(t, 3), signerOf(t, 4)
	for seed := range uint64(100) {
		a, own := h.open(t.Context(), 1000+seed), mallory.open(t.Context(), 2000+seed)
		var shown, fooled *enrol.Joiner
		if seed%2 == 0 {
			shown, fooled = join(t, own, camera, 3000+seed), join(t, a, key, 4000+seed)
		} else {
			fooled, shown = join(t, a, key, 4000+seed), join(t, own, camera, 3000+seed)
		}
		_, code, err := a.Wait(t.Context())
		if must(t, err); code != fooled.Code() || code == shown.Code() {
			t.Errorf("home shows %s, the camera %s, whoever joined at home %s", code, shown.Code(), fooled.Code())
		}
	}
}

// Nothing of what is said can be changed unless the codes differ, or somebody finds out.
func TestChangedOnTheWay(t *testing.T) {
	h, camera := newHome(t, 1), signerOf(t, 2)
	try := func(b *between) (a *enrol.Attempt, j *enrol.Joiner, err error) {
		a = h.open(t.Context(), 3)
		b.to = a
		j, err = enrol.Join(t.Context(), b, camera, signature.StationDevice, "camera", seeded(4))
		return a, j, err
	}
	clean := new(between)
	a, j, err := try(clean)
	must(t, err)
	_, err = h.confirm(a, j)
	must(t, err)
	flip := func(i int) func([]byte) []byte {
		return func(data []byte) []byte {
			data[i] ^= 1 << (i % 8)
			return data
		}
	}
	for _, said := range []struct {
		data []byte
		on   func(b *between) *func([]byte) []byte
	}{
		{clean.committed, func(b *between) *func([]byte) []byte { return &b.onCommitment }},
		{clean.offered, func(b *between) *func([]byte) []byte { return &b.onOffer }},
		{clean.opened, func(b *between) *func([]byte) []byte { return &b.onOpening }},
		{clean.asked, func(b *between) *func([]byte) []byte { return &b.onRequest }},
		{clean.admitted, func(b *between) *func([]byte) []byte { return &b.onAdmission }},
	} {
		for i := 0; i < len(said.data); i += 1 + len(said.data)/100 {
			b := new(between)
			*said.on(b) = flip(i)
			a, j, err := try(b)
			if err != nil {
				continue
			}
			if _, code, err := a.Wait(t.Context()); err != nil || code != j.Code() {
				continue
			}
			if _, err := h.confirm(a, j); err == nil {
				t.Errorf("byte %d of %x was changed unnoticed", i, said.data)
			}
		}
	}
}

// One attempt is one chance: who has seen the code at a camera cannot try until the home shows
// the same.
func TestGuessing(t *testing.T) {
	h, mallory, camera, key := newHome(t, 1), newHome(t, 2), signerOf(t, 3), signerOf(t, 4)
	join(t, mallory.open(t.Context(), 5), camera, 6)
	a := h.open(t.Context(), 7)
	first := join(t, a, key, 8)
	for seed := range uint64(100) {
		_, err := enrol.Join(t.Context(), a, key, signature.StationDevice, "camera", seeded(100+seed))
		wants(t, err, enrol.ErrSpent)
	}
	if _, code, err := a.Wait(t.Context()); err != nil || code != first.Code() {
		t.Errorf("home shows %s, %v", code, err)
	}
	a.Refuse()
	_, err := enrol.Join(t.Context(), a, key, signature.StationDevice, "camera", seeded(8))
	wants(t, err, enrol.ErrSpent)
}

// Codes are spread over all there are: none is likelier than others.
func TestCodesAreSpread(t *testing.T) {
	h, key := newHome(t, 1), signerOf(t, 2)
	const runs = 1000
	var leading [10]int
	seen := map[string]bool{}
	for seed := range uint64(runs) {
		code := join(t, h.open(t.Context(), 10_000+seed), key, seed).Code()
		leading[code[0]-'0']++
		seen[code] = true
	}
	if slices.Min(leading[:]) < runs/10-40 || slices.Max(leading[:]) > runs/10+40 || len(seen) < runs-10 {
		t.Errorf("leading digits %v, %d codes in %d runs", leading, len(seen), runs)
	}
}

// What was not committed to ends the attempt, and a person hears.
func TestOtherOpening(t *testing.T) {
	h, other := newHome(t, 1), new(between)
	other.to = h.open(t.Context(), 2)
	join(t, other, signerOf(t, 3), 4)
	a := h.open(t.Context(), 2)
	b := &between{to: a, onOpening: func([]byte) []byte { return other.opened }}
	_, err := enrol.Join(t.Context(), b, signerOf(t, 5), signature.StationDevice, "camera", seeded(6))
	wants(t, err, enrol.ErrSpent)
	_, _, err = a.Wait(t.Context())
	wants(t, err, enrol.ErrCommitment)
	_, err = a.Commit(t.Context(), enrol.Commitment(b.committed))
	wants(t, err, enrol.ErrSpent)
	wants(t, a.Admit(nil), enrol.ErrSpent)
}

// Whoever has not the private key does not join with the public one.
func TestPossessionIsProved(t *testing.T) {
	h := newHome(t, 1)
	for _, c := range []struct {
		change func(t *testing.T, asked []byte) []byte
		want   error
	}{
		{func(t *testing.T, asked []byte) []byte { asked[len(asked)-1]++; return asked }, signature.ErrKey},
		{func(t *testing.T, asked []byte) []byte { // the camera has proved it to another user
			mallory, again := newHome(t, 9), new(between)
			own := mallory.open(t.Context(), 2)
			again.to = own
			_, err := mallory.confirm(own, join(t, again, signerOf(t, 3), 4))
			must(t, err)
			return again.asked
		}, enrol.ErrUser},
	} {
		a := h.open(t.Context(), 2)
		b := &between{to: a, onRequest: func(data []byte) []byte { return c.change(t, data) }}
		j := join(t, b, signerOf(t, 3), 4)
		_, err := h.confirm(a, j)
		wants(t, err, enrol.ErrSpent)
		_, err = a.Confirm(t.Context())
		wants(t, err, c.want)
		wants(t, a.Admit(nil), enrol.ErrSpent)
	}
}

// Before a person has said yes, a station proves nothing to whoever answers: nobody gets it
// into a roster of their own.
func TestNoProofBeforeYes(t *testing.T) {
	mallory := newHome(t, 1)
	a := mallory.open(t.Context(), 2)
	b := &between{to: a}
	join(t, b, signerOf(t, 3), 4)
	r, _, err := a.Wait(t.Context())
	if must(t, err); len(r.Proof) > 0 {
		t.Error("there is a proof")
	}
	_, err = enrol.ReadRequest(b.opened)
	wants(t, err, signature.ErrKey)
	_, err = mallory.add(r)
	wants(t, err, signature.ErrKey)
	wants(t, a.Admit(nil), enrol.ErrSpent)
}

// What was said once is worth nothing another time.
func TestOldRun(t *testing.T) {
	ctx, h, camera := t.Context(), newHome(t, 1), signerOf(t, 2)
	old := &between{}
	first := h.open(ctx, 3)
	old.to = first
	j := join(t, old, camera, 4)
	_, err := h.confirm(first, j)
	must(t, err)

	again := h.open(ctx, 5)
	_, err = again.Commit(ctx, enrol.Commitment(old.committed))
	must(t, err)
	must(t, again.Reveal(ctx, old.opened))
	if _, code, err := again.Wait(ctx); err != nil || code == j.Code() {
		t.Errorf("the old code %s is shown again, %v", code, err)
	}

	next := h.open(ctx, 6)
	_, err = h.confirm(next, join(t, &between{to: next, onAdmission: func([]byte) []byte { return old.admitted }}, camera, 7))
	wants(t, err, enrol.ErrReplayed)
}

// Who admits can bind a station to nobody but the user that it has named, by the keys that it
// has named.
func TestHostileAdmissions(t *testing.T) {
	ctx, h, mallory := t.Context(), newHome(t, 1), newHome(t, 2)
	asked := request(t, h, 3)
	r, err := enrol.ReadRequest(asked)
	must(t, err)
	other, err := enrol.ReadRequest(request(t, h, 4))
	must(t, err)
	theirs, err := enrol.ReadRequest(request(t, mallory, 3))
	must(t, err)
	latest, err := enrol.NewRequest(ctx, h.user, signerOf(t, 3), signature.StationDevice, "camera", seeded(9))
	must(t, err)
	hers := mallory.list(theirs)
	without := (&home{tb: t, key: h.key, user: h.user}).list(other)
	good := h.list(r)
	forged := forge(t, h, r, mallory.key)
	for what, c := range map[string]struct {
		offer     enrol.Offer
		statement []byte
		want      error
	}{
		"another user's roster":   {h.offer(), hers, enrol.ErrUser},
		"another user":            {mallory.offer(), hers, enrol.ErrUser},
		"another key's roster":    {h.offer(), without, enrol.ErrKey},
		"sealed by another key":   {h.offer(), forged, enrol.ErrKey},
		"no roster":               {h.offer(), nil, signature.ErrKey},
		"an endpoint of others":   {withEndpoint(t, h, mallory, mallory.user), good, enrol.ErrUser},
		"a forged endpoint":       {withEndpoint(t, h, mallory, h.user), good, signature.ErrUnknownKey},
		"a key of two uses":       {enrol.Offer{User: h.user, Key: h.key.Public(), Authority: h.key.Public()}, good, signature.ErrKey},
		"a hub that is an author": {enrol.Offer{User: h.user, Authority: mallory.key.Public()}, word(t, h.user, other.Key, mallory.key), enrol.ErrKey},
		"a hub's other user":      {enrol.Offer{User: h.user, Authority: mallory.key.Public()}, word(t, mallory.user, r.Key, mallory.key), enrol.ErrUser},
		"another hub":             {enrol.Offer{User: h.user, Authority: mallory.key.Public()}, word(t, h.user, r.Key, h.key), signature.ErrUnknownKey},
	} {
		if _, err := r.Admit(ctx, c.offer, c.statement); err == nil {
			t.Errorf("%s: admitted", what)
		} else {
			wants(t, err, c.want)
		}
	}
	admission, err := r.Admit(ctx, h.offer(), good)
	must(t, err)
	_, err = enrol.Accept(ctx, latest, admission)
	wants(t, err, enrol.ErrReplayed)
	_, err = enrol.Accept(ctx, request(t, h, 4), admission)
	wants(t, err, enrol.ErrKey)
	_, err = enrol.Accept(ctx, request(t, mallory, 3), admission)
	wants(t, err, enrol.ErrUser)
	for n := range admission {
		_, err = enrol.Accept(ctx, asked, admission[:n])
		wants(t, err, transport.ErrMalformed)
	}
	for n := range asked {
		_, err = enrol.ReadRequest(asked[:n])
		wants(t, err, transport.ErrMalformed)
	}
}

// A request that names nobody is none: the roster of no user is an authority's, and the user
// key would seal who speaks for that.
func TestRequestOfNoUser(t *testing.T) {
	ctx, h, key := t.Context(), newHome(t, 1), signerOf(t, 3)
	_, err := enrol.NewRequest(ctx, collection.UserID{}, key, signature.StationDevice, "camera", seeded(3))
	wants(t, err, transport.ErrMalformed)
	proof, err := signature.ProvePossession(ctx, key, [32]byte{}, [16]byte{})
	must(t, err)
	asked := request(t, h, 3)
	asked = append(asked[:len(asked)-len(proof)], proof...)
	asked = bytes.Replace(asked, h.user[:], make([]byte, len(h.user)), 1)
	r, err := enrol.ReadRequest(asked)
	if wants(t, err, transport.ErrMalformed); err == nil {
		roster, err := r.AddTo(ctx, signature.Roster{}, h.key)
		t.Errorf("the user key has sealed the roster %d of %x: %v", roster.Number, roster.User, err)
	}
}

// forge makes a roster of h's user that somebody else seals.
func forge(t *testing.T, h *home, r enrol.Request, by *signature.Signer) []byte {
	roster, err := r.AddTo(t.Context(), signature.Roster{}, by)
	must(t, err)
	data, err := roster.MarshalBinary()
	must(t, err)
	return data
}

// withEndpoint is an offer of h's, with an endpoint that somebody else seals as a user's.
func withEndpoint(t *testing.T, h, by *home, user collection.UserID) enrol.Offer {
	e, err := collection.Endpoint{User: user, Key: by.key.ID(), Number: 1, URLs: []string{"https://mallory.example"}}.Sign(t.Context(), by.key)
	must(t, err)
	o := h.offer()
	o.Endpoints = []collection.Endpoint{e}
	return o
}

// word is an authority's on a key.
func word(t *testing.T, user collection.UserID, key signature.PublicKey, authority *signature.Signer) []byte {
	s, err := signature.KeyStatement{User: user, Key: key, Issued: time.Unix(1, 0)}.Sign(t.Context(), authority)
	must(t, err)
	data, err := s.MarshalBinary()
	must(t, err)
	return data
}

// After the codes were compared, who admits can offer nothing else: no other hub, no other
// authority.
func TestOfferedOnceOnly(t *testing.T) {
	ctx, h, mallory := t.Context(), newHome(t, 1), newHome(t, 2)
	a := h.open(ctx, 3)
	b := &between{to: a}
	b.onAdmission = func([]byte) []byte {
		r, err := enrol.ReadRequest(b.asked)
		must(t, err)
		o := h.offer()
		o.Authority, o.Hub = mallory.key.Public(), []string{"https://mallory.example"}
		statement, err := h.roster.MarshalBinary()
		must(t, err)
		other, err := r.Admit(ctx, o, statement)
		must(t, err)
		return other
	}
	_, err := h.confirm(a, join(t, b, signerOf(t, 4), 5))
	wants(t, err, enrol.ErrCommitment)
}

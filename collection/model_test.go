package collection_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"pgregory.net/rapid"
)

// The model below is deliberately dumb: ranks are two numbers in maps, nothing
// that was ever said is forgotten, and whatever is asked is worked out from all
// of it by the sentences of the design.

type modelRank struct{ generation, level int }

func (r modelRank) less(s modelRank) bool {
	return cmp.Or(cmp.Compare(r.generation, s.generation), cmp.Compare(r.level, s.level)) < 0
}

const (
	modelComplete  = 14
	modelWithdrawn = 15
)

// modelClaim is what somebody said: absent items are not mentioned.
type modelClaim struct {
	by    collection.UserID
	ranks map[int]modelRank
	at    int64
	seal  string
	key   string // that the seal names
	raw   []byte // labels and seal, encoded

	first, sum int // see weigh
}

func (c modelClaim) privileged() bool { return c.by.IsZero() || c.by == anna }

// number is a rank as the wire has it.
func (r modelRank) number() int { return 16*r.generation + r.level }

// weigh notes what of two claims of one issuer decides: first the greatest rank (of the
// authority, the least one of all n items), then the sum of all.
func (c *modelClaim) weigh(n int) {
	least := 0
	for i := range n {
		r := c.ranks[i].number()
		if c.sum += r; i == 0 || r < least {
			least = r
		}
		c.first = max(c.first, r)
	}
	if c.by.IsZero() {
		c.first = least
	}
}

// above: of two of one issuer the one stays that weighs more, else the later, else that
// whose encoding is greater.
func (c *modelClaim) above(d *modelClaim) bool {
	return cmp.Or(cmp.Compare(c.first, d.first), cmp.Compare(c.sum, d.sum), cmp.Compare(c.at, d.at), bytes.Compare(c.raw, d.raw)) > 0
}

// carried: of each key of an issuer the one above the others, of each issuer 16 at most, and
// of others than the authority what is more than all items have by the authority.
func carried(said []modelClaim) (stay []modelClaim) {
	bar := 0
	for _, c := range said {
		if c.by.IsZero() {
			bar = max(bar, c.first)
		}
	}
	for i := range said {
		c, keys := &said[i], map[string]bool{}
		for k := range said {
			if d := &said[k]; d.by == c.by && d.above(c) {
				keys[d.key] = true
			}
		}
		if len(c.ranks) > 0 && !keys[c.key] && len(keys) < 16 && (c.by.IsZero() || bar < c.first) {
			stay = append(stay, *c)
		}
	}
	return stay
}

// modelState: author and authority open generations; a completer's rank of a
// generation that nobody opened is inert.
func modelState(n int, said []modelClaim) []modelRank {
	opened := make([]modelRank, n)
	for _, c := range said {
		for i, r := range c.ranks {
			if c.privileged() && opened[i].less(r) {
				opened[i] = r
			}
		}
	}
	state := slices.Clone(opened)
	for _, c := range said {
		for i, r := range c.ranks {
			if r.generation <= opened[i].generation && state[i].less(r) {
				state[i] = r
			}
		}
	}
	return state
}

// claimOf is what an update says, read from it.
func claimOf(n int, u collection.Update) modelClaim {
	c := modelClaim{by: u.Issuer(), ranks: map[int]modelRank{}, seal: string(u.Seal()), raw: encodedClaim(u)}
	if key := u.Key(); !key.IsZero() {
		c.key = key.String()
	}
	if !u.Issued().IsZero() {
		c.at = u.Issued().Unix()
	}
	for i, r := range u.Labels() {
		c.ranks[i] = modelRank{int(r.Generation()), r.Level()}
	}
	c.weigh(n)
	return c
}

// encodedClaim is how a collection writes an update.
func encodedClaim(u collection.Update) []byte {
	data, err := u.MarshalBinary()
	if err != nil {
		panic(err)
	}
	var fields struct {
		Labels cbor.RawMessage `cbor:"4,keyasint"`
	}
	if err := cbor.Unmarshal(data, &fields); err != nil {
		panic(err)
	}
	return fmt.Appendf(slices.Clone(fields.Labels), "%04d%s", len(u.Seal()), u.Seal())
}

func (c modelClaim) equal(d modelClaim) bool {
	return c.by == d.by && c.at == d.at && c.seal == d.seal && maps.Equal(c.ranks, d.ranks)
}

func (c modelClaim) String() string {
	return fmt.Sprintf("%x@%d:%v:%x", c.by[:1], c.at, c.ranks, c.seal)
}

func claimTexts(claims []modelClaim) []string {
	var texts []string
	for _, c := range claims {
		texts = append(texts, c.String())
	}
	slices.Sort(texts)
	return texts
}

// A modelEdition is what the author said of the editable part.
type modelEdition struct {
	number   uint64
	digest   collection.Digest
	title    string
	captions map[int]string
}

// A copyOf is one copy of the collection and what its holder has ever heard.
type copyOf struct {
	n       int // items
	real    collection.Collection
	heard   []modelClaim
	edition modelEdition
}

// A machine holds copies of one collection and the updates that are under way.
type machine struct {
	n      int
	kind   label.Kind
	ladder int
	copies []*copyOf
	posted []collection.Update
	clock  int64
}

func newMachine(t *rapid.T, kind label.Kind) *machine {
	m := &machine{n: rapid.IntRange(0, 6).Draw(t, "items"), kind: kind, ladder: rapid.IntRange(1, 5).Draw(t, "versions")}
	c := ok(collection.New(collection.Header{ID: holiday, Author: anna, Authority: hub, Title: "0"}, collection.Body{
		Kind: kind, Ladder: ladderOf(m.ladder), Items: make([]collection.Item, 0), Completers: []collection.UserID{tower, home},
	}))(t)
	b := c.Body()
	for i := range m.n {
		b.Items = append(b.Items, collection.Item{ID: itemID(i)})
	}
	c = ok(collection.New(c.Header(), b))(t)
	for range 3 {
		m.copies = append(m.copies, &copyOf{n: m.n, real: c, edition: modelEdition{digest: c.EditionDigest(), title: "0"}})
	}
	return m
}

func ladderOf(n int) label.Ladder {
	l := make(label.Ladder, n)
	for i := range l {
		l[i].Name = fmt.Sprint("v", i)
	}
	return l
}

func (m *machine) copy(t *rapid.T) *copyOf { return rapid.SampledFrom(m.copies).Draw(t, "copy") }

func (m *machine) places(t *rapid.T) []int {
	if m.n == 0 {
		return nil
	}
	return rapid.SliceOfN(rapid.IntRange(0, m.n-1), 0, m.n+1).Draw(t, "places")
}

// word is what a key of somebody's has said, as a copy knows it.
func (c *copyOf) word(by collection.UserID, key string, want map[int]modelRank) map[int]modelRank {
	want = maps.Clone(want)
	for _, said := range carried(c.heard) {
		for i, r := range said.ranks {
			if said.by == by && said.key == key && want[i].less(r) {
				want[i] = r
			}
		}
	}
	return want
}

// post checks that a copy's new update says what it should, seals it perhaps,
// and puts it under way. It says all that was said without a key before, and sealed
// what the key has said, too.
func (m *machine) post(t *rapid.T, c *copyOf, u collection.Update, err error, by collection.UserID, want map[int]modelRank) {
	t.Helper()
	want = c.word(by, "", want)
	maps.DeleteFunc(want, func(_ int, r modelRank) bool { return r == modelRank{} })
	if err != nil {
		t.Fatal(err)
	}
	if got := claimOf(m.n, u); u.Issuer() != by || !maps.Equal(got.ranks, want) {
		t.Fatalf("update %v, want %v", got, want)
	}
	if rapid.Bool().Draw(t, "sealed") {
		m.clock += rapid.Int64Range(-2, 3).Draw(t, "later")
		u = signed(t, u, dawn.Add(time.Duration(m.clock)*time.Second))
		if got, want := claimOf(m.n, u), c.word(by, u.Key().String(), want); !maps.Equal(got.ranks, want) {
			t.Fatalf("sealed update %v, want %v", got, want)
		}
	}
	m.posted = append(m.posted, u)
}

// toLevel is what an update says that brings items to a level of the generation
// in which the copy sees them.
func (m *machine) toLevel(c *copyOf, places []int, level int) map[int]modelRank {
	state, want := modelState(m.n, carried(c.heard)), map[int]modelRank{}
	for _, i := range places {
		want[i] = modelRank{state[i].generation, level}
	}
	return want
}

var speakers = []collection.UserID{anna, home, tower, theHub}

func (m *machine) Complete(t *rapid.T) {
	c, by, places := m.copy(t), rapid.SampledFrom(speakers).Draw(t, "by"), m.places(t)
	u, err := c.real.Complete(by, itemIDs(places...)...)
	m.post(t, c, u, err, by, m.toLevel(c, places, modelComplete))
}

func (m *machine) CompleteAll(t *rapid.T) {
	c, by := m.copy(t), rapid.SampledFrom(speakers).Draw(t, "by")
	all := make([]int, m.n)
	for i := range all {
		all[i] = i
	}
	u, err := c.real.CompleteAll(by)
	m.post(t, c, u, err, by, m.toLevel(c, all, modelComplete))
}

func (m *machine) Advance(t *rapid.T) {
	c, by, places := m.copy(t), rapid.SampledFrom(speakers).Draw(t, "by"), m.places(t)
	level := rapid.IntRange(-1, m.ladder+1).Draw(t, "level")
	u, err := c.real.Advance(by, level, itemIDs(places...)...)
	switch {
	case level < 0 || level >= m.ladder || m.kind != label.Degree && level > 0 && len(places) > 0:
		if !errors.Is(err, collection.ErrRank) {
			t.Fatalf("level %d of %d versions: %v", level, m.ladder, err)
		}
	default:
		m.post(t, c, u, err, by, m.toLevel(c, places, level))
	}
}

func (m *machine) Withdraw(t *rapid.T) {
	c, places := m.copy(t), m.places(t)
	u, err := c.real.Withdraw(itemIDs(places...)...)
	m.post(t, c, u, err, anna, m.toLevel(c, places, modelWithdrawn))
}

func (m *machine) TakeBack(t *rapid.T) {
	c, places := m.copy(t), m.places(t)
	by := rapid.SampledFrom([]collection.UserID{anna, theHub}).Draw(t, "by")
	u, err := c.real.TakeBack(by, itemIDs(places...)...)
	want := m.toLevel(c, places, 0)
	for i, r := range want {
		want[i] = modelRank{r.generation + 1, 0}
	}
	m.post(t, c, u, err, by, want)
}

func (m *machine) Restate(t *rapid.T) {
	c, by := m.copy(t), rapid.SampledFrom(speakers).Draw(t, "by")
	key := collection.KeyID(keyOf(by).ID())
	u, err := c.real.Restate(by, key)
	m.post(t, c, u, err, by, c.word(by, key.String(), map[int]modelRank{}))
}

// note adds to what was ever heard.
func (c *copyOf) note(said modelClaim) {
	if !slices.ContainsFunc(c.heard, func(d modelClaim) bool { return d.equal(said) }) {
		c.heard = append(slices.Clip(c.heard), said)
	}
}

// hear joins updates to a copy and checks what Apply says of it.
func (c *copyOf) hear(t *rapid.T, us ...collection.Update) {
	t.Helper()
	before := claimTexts(carried(c.heard))
	for _, u := range us {
		c.note(claimOf(c.n, u))
	}
	next, changed, err := c.real.Apply(us...)
	if want := !slices.Equal(before, claimTexts(carried(c.heard))); err != nil || changed != want {
		t.Fatalf("apply: changed is %v, not %v: %v", changed, want, err)
	}
	if same := bytes.Equal(bytesOf(t, c.real), bytesOf(t, next)); same == changed {
		t.Fatalf("apply: changed is %v, the same bytes: %v", changed, same)
	}
	c.real = next
}

func (m *machine) Apply(t *rapid.T) {
	if len(m.posted) == 0 {
		t.Skip("nothing was said yet")
	}
	m.copy(t).hear(t, rapid.SliceOfN(rapid.SampledFrom(m.posted), 0, 4).Draw(t, "updates")...)
}

func (m *machine) Merge(t *rapid.T) {
	c, d := m.copy(t), m.copy(t)
	c.real = merged(t, c.real, d.real)
	for _, said := range slices.Clone(d.heard) {
		c.note(said)
	}
	if cmp.Or(cmp.Compare(c.edition.number, d.edition.number), bytes.Compare(c.edition.digest[:], d.edition.digest[:])) < 0 {
		c.edition = d.edition
	}
}

func (m *machine) Edit(t *rapid.T) {
	c := m.copy(t)
	title := rapid.StringN(0, 4, 16).Draw(t, "title")
	captions := maps.Clone(c.edition.captions)
	if captions == nil {
		captions = map[int]string{}
	}
	for _, i := range m.places(t) {
		captions[i] = rapid.StringN(0, 3, 12).Draw(t, "caption")
	}
	next := ok(c.real.Edit(func(h *collection.Header, items []collection.Item) {
		h.Title = title
		for i, caption := range captions {
			items[i].Caption = caption
		}
	}))(t)
	c.real = next
	c.edition = modelEdition{c.edition.number + 1, next.EditionDigest(), title, captions}
}

// Recode sends a copy over the wire.
func (m *machine) Recode(t *rapid.T) {
	c := m.copy(t)
	data := bytesOf(t, c.real)
	var next collection.Collection
	if err := next.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, bytesOf(t, next)) || !next.Equal(c.real) {
		t.Fatal("decoding and encoding changed the bytes")
	}
	c.real = next
}

// RecodeUpdate sends an update over the wire.
func (m *machine) RecodeUpdate(t *rapid.T) {
	if len(m.posted) == 0 {
		t.Skip("nothing was said yet")
	}
	k := rapid.IntRange(0, len(m.posted)-1).Draw(t, "update")
	data := ok(m.posted[k].MarshalBinary())(t)
	u := ok(collection.DecodeUpdate(data))(t)
	if !bytes.Equal(data, ok(u.MarshalBinary())(t)) {
		t.Fatal("decoding and encoding changed the bytes")
	}
	m.posted[k] = u
}

// Forbidden: strangers say nothing, completers neither take back nor withdraw.
func (m *machine) Forbidden(t *rapid.T) {
	c, places := m.copy(t), m.places(t)
	ids := itemIDs(places...)
	who := rapid.SampledFrom([]collection.UserID{mallory, ben}).Draw(t, "stranger")
	_, complete := c.real.Complete(who, ids...)
	_, all := c.real.CompleteAll(who)
	_, advance := c.real.Advance(who, 0, ids...)
	_, restate := c.real.Restate(who)
	_, back := c.real.TakeBack(rapid.SampledFrom([]collection.UserID{mallory, home, tower}).Draw(t, "who"), ids...)
	for _, err := range []error{complete, all, advance, restate, back} {
		wantErr(t, err, collection.ErrNotAuthorised, collection.ErrSeal)
	}
}

// Check compares every copy with the model.
func (m *machine) Check(t *rapid.T) {
	for k, c := range m.copies {
		state, labelled, settled := modelState(m.n, carried(c.heard)), 0, true
		for i, want := range state {
			id, have := c.real.At(i)
			byID, found := c.real.Label(id)
			if id != itemID(i) || !found || byID != have || have != rankOf(uint32(want.generation), label.Rank(want.level)) {
				t.Fatalf("copy %d, item %d is %v, want %v", k, i, have, want)
			}
			if want.level != modelComplete {
				labelled++
			}
			settled = settled && want.level >= modelComplete
		}
		if c.real.Len() != m.n || c.real.Labelled() != labelled || c.real.Settled() != settled {
			t.Fatalf("copy %d: %d labelled, settled %v, want %d and %v", k, c.real.Labelled(), c.real.Settled(), labelled, settled)
		}
		var proof []modelClaim
		for u := range c.real.Updates() {
			proof = append(proof, claimOf(m.n, u))
		}
		if have, want := claimTexts(proof), claimTexts(carried(c.heard)); !slices.Equal(have, want) {
			t.Fatalf("copy %d carries %v, want %v", k, have, want)
		}
		m.checkEdition(t, c)
	}
}

func (m *machine) checkEdition(t *rapid.T, c *copyOf) {
	if h := c.real.Header(); h.Edition != c.edition.number || h.Title != c.edition.title {
		t.Fatalf("edition %d %q, want %d %q", h.Edition, h.Title, c.edition.number, c.edition.title)
	}
	for i := range m.n {
		if have := c.real.Item(i).Caption; have != c.edition.captions[i] {
			t.Fatalf("caption %q, want %q", have, c.edition.captions[i])
		}
	}
}

// TestModel drives copies of a collection and the model side by side.
func TestModel(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			t.Repeat(rapid.StateMachineActions(newMachine(t, kind)))
		}))
	}
}

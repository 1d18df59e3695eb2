package engine

import (
	"context"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// named makes seals that name a key, and are none.
type named byte

func (n named) ID() [32]byte { return [32]byte{byte(n)} }

func (n named) Sign(context.Context, string, []byte) ([]byte, error) {
	key := n.ID()
	return append(append([]byte{0xd2, 0x84, 0x58, 0x20}, key[:]...), 0xa0, 0xf6, 0x40), nil
}

// completes is a collection in which a key has completed items, knowing nothing of what else
// is said there.
func completes(t *testing.T, c collection.Collection, by collection.UserID, key named, places ...int) collection.Collection {
	t.Helper()
	var ids []collection.ItemID
	for _, i := range places {
		ids = append(ids, items(c.Len())[i].ID)
	}
	u, err := c.WithoutUpdates().Complete(by, ids...)
	check(t, err)
	u, err = u.Sign(t.Context(), key, time.Unix(3, 0))
	check(t, err)
	c, _, err = c.Apply(u)
	check(t, err)
	return c
}

// TestRule16WordsMeet: a station that has lost what it knew says another thing with its key
// than it did before, and both again when they meet.
func TestRule16WordsMeet(t *testing.T) {
	base := sealedDraft(t, 4)
	for _, test := range []struct {
		name  string
		rules Rules
		by    collection.UserID
		key   named
	}{
		{"home", Rules{Own: source(), Key: named(5).ID()}, author, 5},
		{"hub", Rules{Authority: authority}, collection.UserID{}, named(authority[0])},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, now := completes(t, base, test.by, test.key, 0), completes(t, base, test.by, test.key, 1, 2)
			for _, order := range [][2]collection.Collection{{before, now}, {now, before}} {
				s, effects, err := test.rules.Step(State{Collection: order[0], Sealed: true}, Updated{Collection: order[1]})
				check(t, err)
				u := effect[Validate](t, effects).Update
				said := 0
				for range u.Labels() {
					said++
				}
				if u.Issuer() != test.by || said != 3 {
					t.Fatalf("%v says %d items", u.Issuer(), said)
				}
				u, err = u.Sign(t.Context(), test.key, time.Unix(4, 0))
				check(t, err)
				c, _, err := s.Collection.Apply(u)
				check(t, err)
				s, effects, err = test.rules.Step(s, Updated{Collection: c})
				check(t, err)
				if s.Complete().Len() < 3 {
					t.Errorf("%d items are complete", s.Complete().Len())
				}
				for _, e := range effects {
					if v, ok := e.(Validate); ok && v.Update.Issuer() == test.by && test.name == "home" {
						t.Error("it says so for ever")
					}
				}
			}
		})
	}
}

// TestRule16OthersKeys: what another key of the same user has said is not said again.
func TestRule16OthersKeys(t *testing.T) {
	base := sealedDraft(t, 4)
	mine, others := completes(t, base, author, 5, 0), completes(t, base, author, 6, 1)
	home := Rules{Own: source(), Key: named(5).ID()}
	s, effects, err := home.Step(State{Collection: mine, Sealed: true}, Updated{Collection: others})
	check(t, err)
	none[Validate](t, effects)
	if s.Complete().Len() != 2 {
		t.Errorf("%d items are complete", s.Complete().Len())
	}
}

// TestRule7UpdateThatChangesNoLabel: another update is no news if no label shows it.
func TestRule7UpdateThatChangesNoLabel(t *testing.T) {
	s := told(t)
	s.Sources = []transport.Source{source(0)}
	c := completes(t, s.Collection, author, 5, 0)
	s, effects := run(t, rules, s, Updated{Collection: c})
	effect[Notify](t, effects)
	c = completes(t, s.Collection, completer, 6, 0)
	s, effects = run(t, rules, s, Updated{Collection: c})
	none[Notify](t, effects)
	s.Sources = []transport.Source{source(0, 1)}
	c = completes(t, s.Collection, completer, 6, 0, 1)
	_, effects = run(t, rules, s, Updated{Collection: c})
	effect[Notify](t, effects)
}

// TestRule16WhileAWordIsOnItsWay: what a home says while a word of its own is on its way says
// that too; what it has said before is not said again.
func TestRule16WhileAWordIsOnItsWay(t *testing.T) {
	rules := Rules{Own: source(), Key: named(5).ID()}
	s := State{Collection: completes(t, sealedDraft(t, 4), author, 5, 0), Sealed: true}
	u, err := s.Collection.Complete(author, items(4)[1].ID)
	check(t, err)
	u, err = u.Sign(t.Context(), named(5), time.Unix(3, 0))
	check(t, err)
	word, err := u.MarshalBinary()
	check(t, err)
	s, effects, err := rules.Step(s, Said{word})
	check(t, err)
	if len(effects) > 0 || s.Complete().Len() != 1 {
		t.Errorf("a word on its way: %v, complete %v", effects, s.Complete())
	}
	after, effects, err := rules.Step(s, Updated{Collection: completes(t, s.Collection, author, 5, 0, 2)})
	check(t, err)
	if again := effect[Validate](t, effects).Update; !again.Covers(u) {
		t.Error("what it says then does not say what is on its way")
	}
	other, _, err := rules.Step(after, Heard{[]byte("another")})
	check(t, err)
	if other, _, err = rules.Step(other, Heard{word}); err != nil || len(other.OnItsWay) > 0 {
		t.Errorf("%v: on its way still: %x", err, other.OnItsWay)
	}
	_, effects, err = rules.Step(other, Updated{Collection: completes(t, s.Collection, author, 5, 0, 2, 3)})
	if err != nil || len(effects) > 0 {
		t.Errorf("what was answered is said again: %v, %v", effects, err)
	}
}

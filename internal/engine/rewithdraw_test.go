package engine

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// ofAuthor are the rules of a station of the author's.
var ofAuthor = Rules{RequiredFromDevice: 3, RequiredFromPeer: 3, Own: source()}

// TestRule6WithdrawsAgain: the author withdraws an item while the authority,
// which has not heard of it, takes its availability back.
func TestRule6WithdrawsAgain(t *testing.T) {
	complete := says(t, sealedDraft(t, 3), collection.UserID{}, func(c collection.Collection) (collection.Update, error) {
		return c.CompleteAll(collection.UserID{})
	})
	withdrawn := says(t, complete, author, func(c collection.Collection) (collection.Update, error) { return c.Withdraw(items(3)[0].ID) })
	reopened := says(t, complete, collection.UserID{}, func(c collection.Collection) (collection.Update, error) {
		return c.TakeBack(collection.UserID{}, items(3)[0].ID, items(3)[1].ID)
	})
	s := State{Collection: withdrawn, Sealed: true}
	_, effects, err := ofAuthor.Step(s, Updated{Collection: reopened})
	check(t, err)
	u := effect[Validate](t, effects).Update
	if u.Issuer() != author {
		t.Errorf("said by %v", u.Issuer())
	}
	for i, rank := range u.Labels() {
		if (i == 0) != rank.Withdrawn() {
			t.Errorf("item %d: %v", i, rank)
		}
	}
	_, effects, err = rules.Step(s, Updated{Collection: reopened}) // the hub cannot speak for the author
	check(t, err)
	for _, e := range effects {
		if v, ok := e.(Validate); ok && v.Update.Issuer() == author {
			t.Error("the hub says it")
		}
	}
}

// TestRule6AuthorTakesBack: what another station of the author's takes back stays
// so.
func TestRule6AuthorTakesBack(t *testing.T) {
	withdrawn := says(t, sealedDraft(t, 3), author, func(c collection.Collection) (collection.Update, error) { return c.Withdraw(items(3)[0].ID) })
	again := says(t, withdrawn, author, func(c collection.Collection) (collection.Update, error) { return c.TakeBack(author, items(3)[0].ID) })
	_, effects, err := ofAuthor.Step(State{Collection: withdrawn, Sealed: true}, Updated{Collection: again})
	check(t, err)
	none[Validate](t, effects)
}

// says joins what somebody says of a collection.
func says(t *testing.T, c collection.Collection, by collection.UserID, what func(collection.Collection) (collection.Update, error)) collection.Collection {
	t.Helper()
	u, err := what(c)
	check(t, err)
	u, err = u.Sign(t.Context(), seals("seal"), time.Unix(3, 0))
	check(t, err)
	c, _, err = c.Apply(u)
	check(t, err)
	return c
}

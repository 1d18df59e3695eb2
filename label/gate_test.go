package label

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

var answers = []error{ErrPending, ErrWithdrawn, ErrUnknown, ErrUnreachable, ErrForbidden, ErrNotFound}

func refusal(t *testing.T, err error) *Refusal {
	t.Helper()
	var e *Refusal
	if !errors.As(err, &e) || !errors.Is(err, ErrRefused) {
		t.Fatalf("not a refusal: %v", err)
	}
	return e
}

func TestAnswersAreDistinctAndOneFamily(t *testing.T) {
	for i, a := range answers {
		if !errors.Is(a, ErrRefused) {
			t.Errorf("%v is not a refusal", a)
		}
		for j, b := range answers {
			if errors.Is(&Refusal{Reason: a}, b) != (i == j) {
				t.Errorf("%v and %v", a, b)
			}
		}
	}
}

// Every case that a gate decides is decided as the policy does, whatever the
// policy says: here, what a random table says.
func TestGateSaysWhatThePolicySays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "policy")
		policy := func(c Case) Rights {
			x := seed ^ uint64(c.Rank)<<8 ^ uint64(c.Version)<<4
			for _, b := range []bool{c.Held, c.HeldComplete, c.Author} {
				x *= 0x9e3779b97f4a7c15
				if b {
					x++
				}
			}
			return Rights(x >> 40)
		}
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		l := names(rapid.IntRange(1, MaxVersions).Draw(t, "versions"))
		r := anyRank.Draw(t, "rank")
		version := rapid.IntRange(-1, len(l)).Draw(t, "version")
		h := Holder{Held(rapid.Uint16().Draw(t, "held")), rapid.Bool().Draw(t, "author"), false}
		right := Rights(1) << rapid.IntRange(0, 7).Draw(t, "right")

		var want Rights
		inside := version >= 0 && version < len(l)
		if inside && l.Check(r) == nil && kind.Allows(r) == nil {
			level, _ := At(0, r.Level())
			want = All & policy(Case{
				Kind: kind, Ladder: l, Rank: level, Version: version, Author: h.Author,
				Held: h.Held.Has(version), HeldComplete: h.Held.Has(len(l) - 1),
			})
		}
		g := NewGate(policy, kind, l)
		if got := g.Rights(r, version, h); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
		err := g.Check(r, right, version, h)
		if (err == nil) != want.Has(right) {
			t.Fatalf("%v of %v: %v", right, want, err)
		}
		if err != nil {
			checkLift(t, g, err.(*Refusal), r, h)
		}
	})
}

// checkLift tries what a refusal says would lift it.
func checkLift(t *rapid.T, g *Gate, e *Refusal, r Rank, h Holder) {
	if e.Lift.Rank != Pending {
		if e.Lift.Rank <= r || g.Check(e.Lift.Rank, e.Right, e.Version, h) != nil {
			t.Fatalf("%v does not lift: %v", e.Lift.Rank, e)
		}
		for s := r; s < e.Lift.Rank; s++ {
			if g.Check(s, e.Right, e.Version, h) == nil {
				t.Fatalf("%v lifts, before %v: %v", s, e.Lift.Rank, e)
			}
		}
	}
	with := Holder{h.Held.With(e.Version), h.Author, false}
	if e.Lift.Held && g.Check(r, e.Right, e.Version, with) != nil {
		t.Fatalf("holding the version does not lift: %v", e)
	}
}

func TestRefusals(t *testing.T) {
	nothing, thumbnail := Holder{}, Holder{Held: Hold(0)}
	for _, c := range []struct {
		name    string
		kind    Kind
		rank    Rank
		right   Rights
		version int
		holder  Holder
		reason  error
		lift    Lift
		note    string
	}{
		{"original of a pending item", Flag, Pending, Fetch, 2, nothing, ErrPending, Lift{Rank: Complete},
			"fetch of original refused: the item is not complete yet; lifted when the item is complete"},
		{"search for a labelled item", Degree, 2, Search, 0, thumbnail, ErrPending, Lift{Rank: Complete},
			"search of thumbnail refused: the item is not complete yet; lifted when the item is complete"},
		{"next version of a degree", Degree, Pending, Fetch, 0, nothing, ErrPending, Lift{Rank: 1},
			"fetch of thumbnail refused: the item is not complete yet; lifted when 1 version of the item is there"},
		{"version after next, taken back", Degree, 2 << levelBits, View, 1, nothing, ErrPending, Lift{2<<levelBits | 2, true},
			"view of screen refused: the item is not complete yet; lifted when 2 versions of the item are there or when this version is held here"},
		{"several rights, one is had", Flag, Pending, View | Reshare, 0, nothing, ErrPending, Lift{Rank: Complete},
			"re-share of thumbnail refused: the item is not complete yet; lifted when the item is complete"},
		{"withdrawn", Flag, Withdrawn, Fetch, 2, nothing, ErrWithdrawn, Lift{Rank: 1<<levelBits | Complete},
			"fetch of original refused: the complete version will never come; lifted when the author opens the item again and the item is complete"},
		{"withdrawn, a partial version of a flag", Flag, Withdrawn, View, 0, nothing, ErrWithdrawn, Lift{1 << levelBits, true},
			"view of thumbnail refused: the complete version will never come; lifted when the author opens the item again or when this version is held here"},
		{"withdrawn for ever", Flag, math.MaxUint32, Fetch, 2, nothing, ErrWithdrawn, Lift{},
			"fetch of original refused: the complete version will never come; lifted by nothing"},
		{"right that does not exist", Flag, Complete, 1 << 7, 2, nothing, ErrForbidden, Lift{},
			"none of original refused: it is not allowed; lifted by the author or another policy only"},
		{"rank that the kind cannot have", Flag, 2, View, 0, nothing, ErrUnknown, Lift{},
			"view of thumbnail refused: the state of the item is not known here; lifted by asking for the collection's state"},
		{"rank that the ladder cannot have", Degree, 3, View, 0, nothing, ErrUnknown, Lift{},
			"view of thumbnail refused: the state of the item is not known here; lifted by asking for the collection's state"},
		{"version after the last", Flag, Complete, View, 3, nothing, ErrNotFound, Lift{},
			"view of version 3 refused: it is not to be found here; lifted by nothing"},
		{"negative version", Flag, Complete, View, -1, nothing, ErrNotFound, Lift{},
			"view of version -1 refused: it is not to be found here; lifted by nothing"},
		{"version that is small in four bits", Flag, Complete, View, math.MinInt32, nothing, ErrNotFound, Lift{},
			"view of version -2147483648 refused: it is not to be found here; lifted by nothing"},
	} {
		e := refusal(t, NewGate(nil, c.kind, nil).Check(c.rank, c.right, c.version, c.holder))
		if e.Rank != c.rank || e.Version != c.version || e.Right&^c.right != 0 {
			t.Errorf("%s: about %+v", c.name, e)
		}
		if e.Reason != c.reason || e.Lift != c.lift {
			t.Errorf("%s: %v, %+v", c.name, e.Reason, e.Lift)
		}
		if got := e.Error(); got != c.note {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.note)
		}
	}
}

// A policy that wants a version held before it is printed, complete or not,
// gets a note that says so.
func TestHoldingIsTheOnlyLift(t *testing.T) {
	policy := func(c Case) Rights {
		if c.Held {
			return Print
		}
		return 0
	}
	g := NewGate(policy, Flag, nil)
	for _, r := range []Rank{Pending, Complete, Withdrawn} {
		e := refusal(t, g.Check(r, Print, 1, Holder{}))
		if e.Reason != ErrForbidden || e.Lift != (Lift{Held: true}) {
			t.Errorf("%v: %v, %+v", r, e.Reason, e.Lift)
		}
	}
}

// A policy that allows nothing is not waited for.
func TestWhatNoRankWouldAllowIsForbidden(t *testing.T) {
	g := NewGate(func(Case) Rights { return View }, Degree, nil)
	for _, r := range []Rank{Pending, 1, 2, Complete, Withdrawn} {
		if err := g.Check(r, Export, 0, Holder{}); !errors.Is(err, ErrForbidden) {
			t.Errorf("%v: %v", r, err)
		}
	}
}

func TestBrokenGatesRefuseEverything(t *testing.T) {
	everything := func(Case) Rights { return 0xff }
	for name, g := range map[string]*Gate{
		"zero":            {},
		"empty ladder":    NewGate(everything, Flag, Ladder{}),
		"15 versions":     NewGate(everything, Flag, names(15)),
		"unknown kind":    NewGate(everything, Kind(3), nil),
		"name used twice": NewGate(everything, Flag, Ladder{{"a", 0}, {"a", 0}}),
	} {
		for version := range 16 {
			if err := g.Check(Complete, View, version, Holder{0xffff, true, false}); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// What packages above write about networks keeps its cause.
func TestRefusalKeepsTheCause(t *testing.T) {
	cause := errors.New("no route")
	var err error = &Refusal{Right: Fetch, Rank: Complete, Version: 2, Name: "original",
		Reason: fmt.Errorf("%w: %w", ErrUnreachable, cause)}
	if !errors.Is(err, cause) || !errors.Is(err, ErrUnreachable) || !errors.Is(err, ErrRefused) {
		t.Fatal(err)
	}
	const note = "fetch of original refused: nobody who has it can be reached now: no route; lifted by trying again later"
	if got := err.Error(); got != note {
		t.Fatalf("%s\nwant\n%s", got, note)
	}
	if (&Refusal{}).Error() == "" {
		t.Fatal("an empty refusal says nothing")
	}
}

func TestChecksDoNotAllocate(t *testing.T) {
	g, h := NewGate(nil, Degree, nil), Holder{Held: Hold(0)}
	if n := testing.AllocsPerRun(100, func() { _ = g.Check(2, View|Fetch, 0, h) }); n != 0 {
		t.Errorf("an allowed check allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { _ = g.Check(2, Search, 0, h) }); n > 1 {
		t.Errorf("a refused check allocates %v times", n)
	}
}

// TestUnaccepted: to whom the author has not accepted an item that is complete is as one of
// which only the partial versions are there, and says so; nothing else differs.
func TestUnaccepted(t *testing.T) {
	last := len(DefaultLadder()) - 1
	for _, k := range []Kind{Flag, Boolean, Degree} {
		g := NewGate(nil, k, nil)
		h := Holder{Unaccepted: true}
		if r := g.Rights(Complete, 0, h); r != View|Fetch {
			t.Errorf("%v: rights to a partial version: %v", k, r)
		}
		err := g.Check(Complete, Fetch, last, h)
		if !errors.Is(err, ErrUnaccepted) || !errors.Is(err, ErrPending) || !errors.Is(err, ErrRefused) {
			t.Errorf("%v: %v", k, err)
		}
		if got := err.Error(); got != "fetch of original refused: the author has not accepted who reads; lifted when the author does" {
			t.Errorf("%v: %s", k, got)
		}
		if err := g.Check(Pending, Fetch, last, h); !errors.Is(err, ErrPending) || errors.Is(err, ErrUnaccepted) {
			t.Errorf("%v: pending: %v", k, err)
		}
		if err := g.Check(Withdrawn, Fetch, last, h); !errors.Is(err, ErrWithdrawn) {
			t.Errorf("%v: withdrawn: %v", k, err)
		}
		if err := g.Check(Complete, View, last, Holder{Held: Hold(last), Unaccepted: true}); err != nil {
			t.Errorf("%v: what is here: %v", k, err)
		}
	}
}

package label

import "testing"

// letters writes rights as v, s, f, p, r, e.
func letters(r Rights) string {
	if r == All {
		return "all"
	}
	s := ""
	for i, c := range "vsfpre" {
		if r&(1<<i) != 0 {
			s += string(c)
		}
	}
	return s
}

// What a recipient may do with thumbnail, screen and original, by the rank of
// the item and what is held here.
var defaultPolicy = []struct {
	kind Kind
	rank Rank
	held Held
	want [3]string
}{
	{Degree, Pending, Hold(), [3]string{"", "", ""}},
	{Degree, Pending, Hold(0), [3]string{"v", "", ""}},
	{Degree, Pending, Hold(1), [3]string{"", "v", ""}},
	{Degree, Pending, Hold(2), [3]string{"", "", "vp"}},
	{Degree, Pending, Hold(0, 1), [3]string{"v", "v", ""}},
	{Degree, Pending, Hold(0, 2), [3]string{"vp", "", "vp"}},
	{Degree, Pending, Hold(1, 2), [3]string{"", "vp", "vp"}},
	{Degree, Pending, Hold(0, 1, 2), [3]string{"vp", "vp", "vp"}},

	{Degree, 1, Hold(), [3]string{"vf", "", ""}},
	{Degree, 1, Hold(0), [3]string{"vf", "", ""}},
	{Degree, 1, Hold(1), [3]string{"vf", "v", ""}},
	{Degree, 1, Hold(2), [3]string{"vf", "", "vp"}},
	{Degree, 1, Hold(0, 1), [3]string{"vf", "v", ""}},
	{Degree, 1, Hold(0, 2), [3]string{"vfp", "", "vp"}},
	{Degree, 1, Hold(1, 2), [3]string{"vf", "vp", "vp"}},
	{Degree, 1, Hold(0, 1, 2), [3]string{"vfp", "vp", "vp"}},

	{Degree, 2, Hold(), [3]string{"vf", "vf", ""}},
	{Degree, 2, Hold(0), [3]string{"vf", "vf", ""}},
	{Degree, 2, Hold(1), [3]string{"vf", "vf", ""}},
	{Degree, 2, Hold(2), [3]string{"vf", "vf", "vp"}},
	{Degree, 2, Hold(0, 1), [3]string{"vf", "vf", ""}},
	{Degree, 2, Hold(0, 2), [3]string{"vfp", "vf", "vp"}},
	{Degree, 2, Hold(1, 2), [3]string{"vf", "vfp", "vp"}},
	{Degree, 2, Hold(0, 1, 2), [3]string{"vfp", "vfp", "vp"}},

	{Flag, Pending, Hold(), [3]string{"vf", "vf", ""}},
	{Flag, Pending, Hold(0), [3]string{"vf", "vf", ""}},
	{Flag, Pending, Hold(1), [3]string{"vf", "vf", ""}},
	{Flag, Pending, Hold(2), [3]string{"vf", "vf", "vp"}},
	{Flag, Pending, Hold(0, 1), [3]string{"vf", "vf", ""}},
	{Flag, Pending, Hold(0, 2), [3]string{"vfp", "vf", "vp"}},
	{Flag, Pending, Hold(1, 2), [3]string{"vf", "vfp", "vp"}},
	{Flag, Pending, Hold(0, 1, 2), [3]string{"vfp", "vfp", "vp"}},
}

// expect compares all rights, each asked for on its own, in two generations.
func expect(t *testing.T, g *Gate, r Rank, h Holder, want [3]string) {
	t.Helper()
	for version, want := range want {
		for _, r := range []Rank{r, r | 5<<levelBits} {
			if got := letters(g.Rights(r, version, h)); got != want {
				t.Errorf("%v %v, version %d, %+v: %q, want %q", g.kind, r, version, h, got, want)
			}
		}
	}
}

func TestDefaultPolicyForLabelledItems(t *testing.T) {
	for _, c := range defaultPolicy {
		want := c.want
		expect(t, NewGate(nil, c.kind, nil), c.rank, Holder{Held: c.held}, want)
		if c.kind == Flag {
			expect(t, NewGate(nil, Boolean, nil), c.rank, Holder{Held: c.held}, want)
		}
		if c.held.Has(2) {
			want = [3]string{"all", "all", "all"}
		}
		expect(t, NewGate(nil, c.kind, nil), c.rank, Holder{Held: c.held, Author: true}, want)
	}
}

func TestDefaultPolicyAllowsAllOfACompleteItem(t *testing.T) {
	for _, k := range kinds {
		for held := range Held(8) {
			for _, author := range []bool{false, true} {
				expect(t, NewGate(nil, k, nil), Complete, Holder{held, author, false}, [3]string{"all", "all", "all"})
			}
		}
	}
}

func TestDefaultPolicyOfAWithdrawnItemIsToViewWhatIsHeld(t *testing.T) {
	for _, k := range kinds {
		for held := range Held(8) {
			var want [3]string
			for version := range want {
				if held.Has(version) {
					want[version] = "v"
				}
			}
			g := NewGate(nil, k, nil)
			expect(t, g, Withdrawn, Holder{Held: held}, want)
			if held.Has(2) {
				want = [3]string{"all", "all", "all"}
			}
			expect(t, g, Withdrawn, Holder{Held: held, Author: true}, want)
		}
	}
}

// The rule that the whole design rests on: what is labelled is never searched,
// re-shared or exported by a recipient.
func TestLabelledItemsAreNotSearched(t *testing.T) {
	for _, k := range kinds {
		g := NewGate(nil, k, nil)
		for r := Pending; r <= Withdrawn; r++ {
			for held := range Held(8) {
				for version := range 3 {
					got := g.Rights(r, version, Holder{Held: held})
					if r.Labelled() && got&(Search|Reshare|Export) != 0 {
						t.Errorf("%v %v, version %d: %v", k, r, version, got)
					}
				}
			}
		}
	}
}

func TestOneVersionOnly(t *testing.T) {
	l := Ladder{{Name: "original"}}
	for _, k := range kinds {
		g := NewGate(nil, k, l)
		for want, c := range map[string]struct {
			rank Rank
			held Held
		}{
			"":    {Pending, 0},
			"vp":  {Pending, Hold(0)},
			"all": {Complete, 0},
			"v":   {Withdrawn, Hold(0)},
		} {
			if got := letters(g.Rights(c.rank, 0, Holder{Held: c.held})); got != want {
				t.Errorf("%v %v: %q, want %q", k, c.rank, got, want)
			}
		}
	}
}

func TestRightsInWords(t *testing.T) {
	for want, r := range map[string]Rights{
		"none":       0,
		"view|print": View | Print,
		"view|search|fetch|print|re-share|export": All,
		"export": Export | 1<<7,
	} {
		if got := r.String(); got != want {
			t.Errorf("%d: %q, want %q", uint8(r), got, want)
		}
	}
}

func TestAskingForNoRightIsRefused(t *testing.T) {
	if All.Has(0) || Rights(0).Has(0) {
		t.Fatal("no right is had")
	}
	if NewGate(nil, Flag, nil).Check(Complete, 0, 0, Holder{}) == nil {
		t.Fatal("no right is allowed")
	}
}

func TestHeldLeavesOutWhatNoLadderHas(t *testing.T) {
	if got := Hold(-1, MaxVersions, 15, 16, 64, 1<<30); got != 0 {
		t.Fatalf("%b", got)
	}
	if h := Held(1<<15 | 1<<14); h.Has(14) || h.Has(15) || h.Has(-1) {
		t.Fatal("versions are held that no ladder has")
	}
	for version := range MaxVersions {
		if h := Hold(version); !h.Has(version) || h != 1<<version {
			t.Fatalf("version %d: %b", version, h)
		}
	}
}

func TestWhatALabelSaysIsThere(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		rank Rank
		want [3]bool
	}{
		{Flag, Pending, [3]bool{true, true, false}},
		{Boolean, Pending, [3]bool{true, true, false}},
		{Degree, Pending, [3]bool{}},
		{Degree, 1, [3]bool{true, false, false}},
		{Degree, 2, [3]bool{true, true, false}},
		{Degree, Complete, [3]bool{true, true, true}},
		{Flag, Complete, [3]bool{true, true, true}},
		{Degree, Withdrawn, [3]bool{}},
		{Flag, Withdrawn, [3]bool{}},
	} {
		for version, want := range c.want {
			got := Case{Kind: c.kind, Ladder: DefaultLadder(), Rank: c.rank, Version: version}.There()
			if got != want {
				t.Errorf("%v %v, version %d: %v", c.kind, c.rank, version, got)
			}
		}
	}
}

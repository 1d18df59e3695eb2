package label

// Case is what a policy decides on: one version of one item, and what is
// known about it here.
type Case struct {
	Kind    Kind
	Ladder  Ladder // valid, and not to be changed
	Rank    Rank   // of the item; the generation is always 0
	Version int    // the version asked for, 0 to len(Ladder)-1

	Held         bool // this version is held here
	HeldComplete bool // the complete version is held here
	Author       bool // the holder is the author of the collection
}

// There reports whether the version may be on the network as far as the label
// says. A Degree label says how many versions are there. Flag and Boolean
// labels speak of the complete version only, and so leave the partial versions
// of a pending item open. Of a withdrawn item nothing is there.
func (c Case) There() bool {
	switch {
	case c.Rank.Complete():
		return true
	case c.Rank.Withdrawn():
		return false
	case c.Kind == Degree:
		return c.Version < c.Rank.Level()
	}
	return c.Version < len(c.Ladder)-1
}

// Pixels returns the nominal number of pixels of the version, 0 for unlimited
// or unknown.
func (c Case) Pixels() int64 { return c.Ladder[c.Version].Pixels }

// Policy returns the rights that there are in a case. It must be a pure
// function: a [Gate] asks it once per case, when the gate is made.
type Policy func(Case) Rights

// DefaultPolicy is the policy of collections that set none:
//
//   - of a complete item, everything is allowed;
//   - an author who holds the complete version may do everything with it;
//   - of a withdrawn item, what is held may be viewed;
//   - of any other labelled item, what is held may be viewed, and also printed
//     if the complete version is held; what is there may be fetched and viewed;
//     nothing may be searched, re-shared or exported.
func DefaultPolicy(c Case) Rights {
	if c.Rank.Complete() || c.Author && c.HeldComplete {
		return All
	}
	var rights Rights
	if c.Held {
		rights |= View
	}
	if c.There() {
		rights |= View | Fetch
	}
	if c.Held && c.HeldComplete && !c.Rank.Withdrawn() {
		rights |= Print
	}
	return rights
}

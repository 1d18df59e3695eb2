package label

// Gate answers whether a holder has a right to a version of an item. It stands
// below everything that can reach the network or hand data out. It is a small
// table (2 KiB) of what a policy says for one kind and one ladder, so that a
// check costs a look-up. A Gate never changes and is safe for concurrent use.
// The zero Gate refuses everything.
type Gate struct {
	table    [levelMask + 1][16][holders]Rights // by level, version and holder
	complete Held                               // only the complete version
	kind     Kind
	ladder   Ladder
}

// Bits of the last index of a gate's table.
const (
	holdsVersion = 1 << iota
	holdsComplete
	isAuthor
	holders // how many indices there are
)

// NewGate returns the gate of a policy for the collections of a kind and a
// ladder; nil stands for DefaultPolicy and DefaultLadder. A ladder or a kind
// that is not valid makes a gate that refuses everything. The gate keeps the
// ladder.
func NewGate(p Policy, k Kind, l Ladder) *Gate {
	if p == nil {
		p = DefaultPolicy
	}
	if l == nil {
		l = DefaultLadder()
	}
	if l.Validate() != nil || k.Validate() != nil {
		return &Gate{}
	}
	g := &Gate{kind: k, ladder: l, complete: Hold(len(l) - 1)}
	for r := Pending; r <= Withdrawn; r++ {
		if g.says(r) {
			g.fill(p, r)
		}
	}
	return g
}

// says reports whether the gate's collections can have such a rank.
func (g *Gate) says(r Rank) bool {
	return g.ladder.Check(r) == nil && g.kind.Allows(r) == nil
}

func (g *Gate) fill(p Policy, r Rank) {
	for version := range g.ladder {
		for holder := range holders {
			g.table[r.Level()][version][holder] = All & p(Case{
				Kind: g.kind, Ladder: g.ladder, Rank: r, Version: version,
				Held:         holder&holdsVersion != 0,
				HeldComplete: holder&holdsComplete != 0,
				Author:       holder&isAuthor != 0,
			})
		}
	}
}

// Rights returns all that the holder may do with the version of an item of
// rank r: none, if the ladder or the kind has no such version or rank. It does
// not allocate.
func (g *Gate) Rights(r Rank, version int, h Holder) Rights {
	if uint(version) >= MaxVersions {
		return 0
	}
	return g.table[g.seen(r, h)&levelMask][version][g.holder(version, h)%holders]
}

// seen returns the rank of an item as it is to the holder.
func (g *Gate) seen(r Rank, h Holder) Rank {
	switch {
	case !h.Unaccepted || !r.Complete():
		return r
	case g.kind == Degree:
		return r - Complete + Rank(len(g.ladder)-1)
	}
	return r - Complete
}

// holder returns the last index of the table. The mask changes nothing: it
// shows the compiler that the shift is not too far.
func (g *Gate) holder(version int, h Holder) uint32 {
	bits := uint32(h.Held) >> (version & 31) & holdsVersion
	if h.Held&g.complete != 0 {
		bits |= holdsComplete
	}
	if h.Author {
		bits |= isAuthor
	}
	return bits
}

// Check returns nil if the holder has the right, or all the rights if several
// are given, to the version of an item of rank r, and a *[Refusal] otherwise.
// It allocates nothing when it allows, and only the Refusal when it refuses.
func (g *Gate) Check(r Rank, right Rights, version int, h Holder) error {
	if g.Rights(r, version, h).Has(right) {
		return nil
	}
	return g.refuse(r, right, version, h)
}

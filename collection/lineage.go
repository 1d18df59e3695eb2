package collection

import "iter"

// A lineage knows which collections replace which, by their places in a list.
type lineage struct {
	all      []Collection
	replaced []bool
	roots    []int // union and find
}

func newLineage(known iter.Seq[Collection]) *lineage {
	g := &lineage{}
	places := map[Name]int{}
	for c := range known {
		if _, twice := places[c.Name()]; !twice {
			places[c.Name()] = len(g.all)
			g.all, g.roots = append(g.all, c), append(g.roots, len(g.roots))
		}
	}
	g.replaced = make([]bool, len(g.all))
	for i, c := range g.all {
		for id := range c.Replaces() {
			if was, ok := places[Name{c.Author(), id}]; ok {
				g.replaced[was] = true
				g.roots[g.root(i)] = g.root(was)
			}
		}
	}
	return g
}

// root names the album that a collection belongs to.
func (g *lineage) root(i int) int {
	for g.roots[i] != i {
		g.roots[i] = g.roots[g.roots[i]]
		i = g.roots[i]
	}
	return i
}

// isHead reports whether no other replaces a collection, and it has not ended. Of what
// replaces one another in a circle, which no honest author makes, nothing is a head.
func (g *lineage) isHead(i int) bool { return !g.replaced[i] && !g.all[i].Ended() }

package collection

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
)

// maxKeys is how many keys of one issuer a collection carries an update of.
const maxKeys = 16

// join returns what is carried of two lists of claims, each of which ascends by writer.
//
// A collection carries of all claims that it was ever given, S, those that are left when
//
//  1. of the claims of one writer, an issuer's key, all but the greatest have gone,
//  2. of those of one issuer, all but the 16 greatest have gone, and
//  3. all have gone whose every rank is at most the bar: the highest of the least ranks
//     of the authority's claims. Those of the authority stay.
//
// Greater is decided by the foremost rank (the greatest rank of any item; of the authority's
// claims the least), then by the sum of all ranks, then by the moment of issue, then by
// the encoding: a total order. So nobody takes the place of another issuer's claims, but the
// authority of those that say nothing beside its own; and who seals claims that
// contradict each other loses claims of that key only.
//
// Write C(S) for what is left. Joining is associative, commutative and idempotent, because
// C(C(A) ∪ B) = C(A ∪ B) for all A and B:
//
// Of the authority's claims, steps 1 and 2 keep the one with the highest least rank, since
// that comes first in their order. So the bar of C(A) is that of A, and no claim that goes
// lowers it. Now take the claims of one other issuer, and call U those of A ∪ B above the
// bar b of A ∪ B. The order of such claims begins with the greatest rank, so U is the upper
// part of them: whatever is greater than a claim in U is in U. Steps 1 and 2 take the
// claims from the greatest down, each of a writer not met yet, until there are 16; what
// they take of U depends on U alone, and step 3 leaves just that: C(A ∪ B) = K(U), where
// K stands for steps 1 and 2. What goes from A by these steps goes because of greater
// claims in A, of its writer or of 16 others, which are in A ∪ B too, so that
// K(K(A) ∪ B) = K(A ∪ B). What goes from A by step 3 is below the bar of A, and so below b:
// not in U. Thus C(A) ∪ B has in U all that K needs. ∎
//
// To hide instead all that the authority's claims cover, item by item, and to keep the
// greatest of the rest, would depend on the order: of two claims of one writer the greater
// could be hidden before or after it has taken the place of the other.
//
// An honest station's claims, each of which says all that its key has said before, ascend
// in this order, so that the last one stays and nothing is lost.
func (f *fixed) join(a, b []claim) []claim {
	return overBar(fewest(greatest(a, b)))
}

// writes orders claims by issuer, then by key: the order in which they are encoded.
func (c *claim) writes(d *claim) int {
	x, y := c.issuer(), d.issuer()
	if order := bytes.Compare(x[:], y[:]); order != 0 {
		return order
	}
	k, l := c.key(), d.key()
	return bytes.Compare(k[:], l[:])
}

// greater orders claims of one issuer by what stays.
func (c *claim) greater(d *claim) int {
	x, y := c.greatest, d.greatest
	if c.issuer().IsZero() {
		x, y = c.least, d.least
	}
	if order := cmp.Compare(x, y); order != 0 || bytes.Equal(c.raw, d.raw) {
		return order
	}
	return cmp.Or(cmp.Compare(c.labels().Sum(), d.labels().Sum()),
		cmp.Compare(c.seal().issued, d.seal().issued), bytes.Compare(c.raw, d.raw))
}

// greatest merges two lists, of each writer the greater claim.
func greatest(a, b []claim) []claim {
	all := make([]claim, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		order := a[0].writes(&b[0])
		if order == 0 {
			order = -a[0].greater(&b[0]) // the lesser one is passed over
			if order <= 0 {
				b = b[1:]
			} else {
				a = a[1:]
			}
			continue
		}
		if order < 0 {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// fewest leaves of each issuer the greatest claims, as many as there may be, in place.
func fewest(claims []claim) []claim {
	kept := claims[:0]
	for len(claims) > 0 {
		n := 1
		for n < len(claims) && claims[n].issuer() == claims[0].issuer() {
			n++
		}
		kept = append(kept, fewestOfOne(claims[:n])...)
		claims = claims[n:]
	}
	return kept
}

// fewestOfOne is fewest for the claims of one issuer.
func fewestOfOne(claims []claim) []claim {
	if len(claims) <= maxKeys {
		return claims
	}
	falling := slices.Clone(claims)
	sort.Sort(order[claim]{falling, func(c, d claim) int { return d.greater(&c) }})
	least := falling[maxKeys-1]
	return slices.DeleteFunc(claims, func(c claim) bool { return c.greater(&least) < 0 })
}

// overBar leaves out, in place, what says nothing beside the authority's claims.
func overBar(claims []claim) []claim {
	bar := barOf(claims)
	return slices.DeleteFunc(claims, func(c claim) bool { return c.greatest <= bar && !c.issuer().IsZero() })
}

// barOf is the highest of the least ranks of the authority's claims, which come first.
func barOf(claims []claim) (bar uint32) {
	for i := range claims {
		if !claims[i].issuer().IsZero() {
			break
		}
		bar = max(bar, claims[i].least)
	}
	return bar
}

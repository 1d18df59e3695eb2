package collection

import "iter"

// Resolved yields the blinded addresses that the authority has resolved, each
// with its user, ascending by address and then by user. An address is there
// once for every user that the authority has named for it. Whether the seals
// behind it are good is for Verify to say.
func (c Collection) Resolved() iter.Seq2[Address, UserID] {
	resolved := c.parts().resolved
	return func(yield func(Address, UserID) bool) {
		for i := range resolved {
			if !yield(resolved[i].address, resolved[i].user) {
				return
			}
		}
	}
}

package notify

import "github.com/glimpse-go/glimpse/collection"

// DueAddresses lists the blinded addresses whose people are told of c by a
// [Channel]: those that the authority has not resolved. Who has become a user
// is among those of [Due].
func DueAddresses(c collection.Collection) []collection.Address {
	resolved := map[collection.Address]bool{}
	for a := range c.Resolved() {
		resolved[a] = true
	}
	var due []collection.Address
	for a := range c.Addresses() {
		if !resolved[a] {
			due = append(due, a)
		}
	}
	return due
}

package notify

import (
	"github.com/glimpse-go/glimpse/collection"
)

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

// Letter tells somebody who is not a member of a collection: what it is called,
// how it looks, and where the rest can be seen. It never holds the collection.
// A newer one takes the place of an older one that has not been delivered.
type Letter struct {
	// ID names the letter by what it tells and to whom: a repeat has the same.
	ID ID
	// Address is the mail address, in clear. It goes nowhere but into the mail.
	Address string
	Reason  Reason
	Title   string
	Note    string // explains, for people
	Items   int    // number of items
	// Labelled is the number of items whose complete version is not there yet.
	Labelled int
	Cover    []byte // thumbnail that stands for the collection; empty = none
	// Token opens the collection's title, cover and, where the hub lets guests
	// see them, its partial versions. It can be revoked. Link is the same as an
	// address to click on, where the hub knows its own.
	Token, Link string
	// Author and Collection name the collection, and R is the random part of the
	// reader's own blinded address in it: collection.Blind makes that again.
	// R is zero where the recipient has a temporary account.
	Author     collection.UserID
	Collection collection.ID
	R          [16]byte
}

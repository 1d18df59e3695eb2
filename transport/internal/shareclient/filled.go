package shareclient

import (
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Filled returns what a hub has made of a draft that it got with the addresses of recipients,
// if it has added no more than it may: as many recipients as there were addresses, among them
// the users of the contacts whose these are, and the time if the draft left that out. The
// errors wrap transport.ErrDiffers or are those of collection.Collection.Same.
func Filled(draft, theirs collection.Collection, to []string, contacts []transport.Contact) (collection.Collection, error) {
	h, b := draft.Header(), draft.Body()
	if theirs.Authority() != h.Authority {
		return draft, transport.At(transport.ErrDiffers, "another authority")
	}
	if h.Created.IsZero() {
		h.Created = theirs.Header().Created
	}
	own := len(b.Recipients) + len(b.Addresses)
	b.Recipients = append(b.Recipients, slices.Collect(theirs.Recipients())...)
	b.Addresses = append(b.Addresses, slices.Collect(theirs.Addresses())...)
	c, err := collection.New(h, b)
	if err == nil {
		err = c.Same(theirs)
	}
	made := c.Body()
	if err == nil && len(made.Recipients)+len(made.Addresses) > own+len(to) {
		err = transport.At(transport.ErrDiffers, "more recipients")
	}
	if err == nil {
		err = meant(c, to, contacts)
	}
	return c, transport.Wrap(err)
}

// meant refuses what a hub has made of a draft, if the user of a contact whose address was
// given is not among the recipients. Whom the hub names for an address is none of them.
func meant(filled collection.Collection, to []string, contacts []transport.Contact) error {
	for _, c := range contacts {
		if !c.User.IsZero() && c.User != filled.Author() && slices.Contains(to, c.Address) && !filled.MayRead(c.User) {
			return transport.At(transport.ErrDiffers, "a contact is missing")
		}
	}
	return nil
}

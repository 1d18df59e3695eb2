package collection

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/internal/idindex"
	"github.com/glimpse-go/glimpse/internal/wire"
)

// The refusals of malformed input. Those of the encoding wrap ErrMalformed.
var (
	// ErrMalformed is the family of everything that is not the encoding of a
	// collection or an update.
	ErrMalformed = wire.ErrMalformed
	// ErrTruncated is input that ends early, or claims more than there is.
	ErrTruncated = wire.ErrTruncated
	// ErrTrailing is input that goes on after its end.
	ErrTrailing = wire.ErrTrailing
	// ErrType is a CBOR type, tag or key that does not belong where it is.
	ErrType = wire.ErrType
	// ErrNotCanonical is a value not written in its one encoding.
	ErrNotCanonical = wire.ErrNotCanonical
	// ErrUTF8 is text that is not UTF-8.
	ErrUTF8 = wire.ErrUTF8
	// ErrLength is a string of the wrong length, such as ids that are no multiple
	// of 16 bytes.
	ErrLength = wire.ErrLength
	// ErrLimit is input, or a collection to be made, over one of the Limits, or a
	// number, a name or a count over what the format has.
	ErrLimit = wire.ErrLimit
	// ErrOrder is a set, such as the recipients, that is not in ascending order or
	// names somebody twice.
	ErrOrder = fmt.Errorf("%w: not ascending", ErrNotCanonical)
	// ErrLadder is a ladder that label.Ladder.Validate refuses.
	ErrLadder = fmt.Errorf("%w: ladder", ErrMalformed)
	// ErrZero is an id that is all zeros.
	ErrZero = fmt.Errorf("%w: an id is all zeros", ErrMalformed)
	// ErrRank is a label that the collection's kind, its ladder or the role of the
	// update's issuer does not allow.
	ErrRank = errors.New("label not allowed")
	// ErrDuplicate is an item id that a collection has twice.
	ErrDuplicate = errors.New("duplicate item id")
)

// An Error is a refusal of input with its place.
type Error = wire.Error

// Limits bound what is decoded or made, so that a hostile sender cannot make a
// receiver allocate or work without bound. A zero field is the default.
type Limits struct {
	Size       int // bytes of the whole encoding; 1 GiB
	Items      int // items; 16,777,215, which is also the most
	Recipients int // recipients, and as many addresses and completers; 1,048,576
	Subs       int // sub-collections; 65,536
	Title      int // bytes of the title; 1,024
	Caption    int // bytes of one caption; 65,536
	Text       int // bytes of all captions; 256 MiB
	Types      int // distinct media types; 1,024
	Metadata   int // entries of the metadata, each of 255 bytes of key and Caption bytes of value; 256
	Seal       int // bytes of one seal; 1,024
}

const maxItems = idindex.MaxItems

func (l Limits) withDefaults() Limits {
	l.Size = cmp.Or(l.Size, 1<<30)
	l.Items = min(cmp.Or(l.Items, maxItems), maxItems)
	l.Recipients = cmp.Or(l.Recipients, 1<<20)
	l.Subs = cmp.Or(l.Subs, 1<<16)
	l.Title = cmp.Or(l.Title, 1<<10)
	l.Caption = cmp.Or(l.Caption, 1<<16)
	l.Text = cmp.Or(l.Text, 1<<28)
	l.Types = cmp.Or(l.Types, 1<<10)
	l.Metadata = cmp.Or(l.Metadata, 1<<8)
	l.Seal = cmp.Or(l.Seal, 1<<10)
	return l
}

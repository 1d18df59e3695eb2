package transport

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
)

// Letters are what a hub writes besides the feed, as far as it is one member's business: over
// which channels the member is told, and which letters on what the member shares have not
// arrived. Beyond the errors named here, those of a hub.
type Letters interface {
	// Channels returns what there is and what the member has chosen.
	Channels(ctx context.Context) (Channels, error)
	// Choose takes a choice in the place of the one before. An address that is not chosen yet
	// is proven first: without its code, the hub sends one there, the channel stays as it was,
	// and is among those that Channels.Awaited names; the member chooses again, with the
	// code. ErrMalformed: there is no such channel, or that is no address of it. ErrQuota: too
	// many codes were asked for today. ErrUnreachable: no code could be sent.
	Choose(ctx context.Context, c Choice) (Channels, error)
	// Parked lists the letters on what the member shares that were set aside.
	Parked(ctx context.Context) (Parked, error)
}

// Choice is over which channels a member wants to be told besides the feed.
type Choice struct {
	// Language is what the member reads, as a language tag (BCP 47); empty = not said.
	Language string `cbor:"1,keyasint,omitempty"`
	// Addresses has an address for each channel that is chosen, by its name, and Codes
	// those that prove new ones.
	Addresses map[string]string `cbor:"2,keyasint,omitempty"`
	Codes     map[string]string `cbor:"3,keyasint,omitempty"`
}

// Channels are those that a hub has, and what a member has chosen of them.
type Channels struct {
	Offered   []string          `cbor:"1,keyasint,omitempty"` // names, in their order
	Language  string            `cbor:"2,keyasint,omitempty"`
	Addresses map[string]string `cbor:"3,keyasint,omitempty"`
	Awaited   []string          `cbor:"4,keyasint,omitempty"` // whose new addresses are still to be proven
}

// Parked are letters that were set aside. News is tried again.
type Parked struct {
	Letters []ParkedLetter `cbor:"1,keyasint,omitempty"`
}

// ParkedLetter is a letter that could not be delivered for so long that it was set aside, or
// whose address is refused for good.
type ParkedLetter struct {
	Author  collection.UserID `cbor:"1,keyasint"`
	ID      collection.ID     `cbor:"2,keyasint"`
	Address string            `cbor:"3,keyasint"`           // in clear, as the author has named it
	Since   int64             `cbor:"4,keyasint"`           // seconds since 1970: when the news came
	Refused bool              `cbor:"5,keyasint,omitempty"` // nobody is reached there: it is wrong, or gone
}

func (p Parked) check() error {
	for _, l := range p.Letters {
		if l.Address == "" || l.Since < 0 {
			return At(ErrMalformed, "parked")
		}
	}
	return nil
}

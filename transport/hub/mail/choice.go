package mail

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Choice is in which ways a member wants to be told besides the feed, which has all news
// whatever is chosen. Each piece of news goes over each channel once, and what has not gone yet
// is replaced by what is newer.
type Choice struct {
	// Language is what the member reads, as a language tag (BCP 47); empty = not said.
	Language string `cbor:"1,keyasint,omitempty"`
	// Addresses has an address for each channel that is chosen, by the channel's name in
	// Config.Channels. The program has found the address to be the member's.
	Addresses map[string]string `cbor:"2,keyasint,omitempty"`
}

// maxReach bounds an address of a channel, in bytes, and maxTag a language tag.
const (
	maxReach = 2048
	maxTag   = 35 // RFC 5646, section 4.4.1
)

// Choice returns what a user has chosen; nothing is the zero Choice.
func (m *Mailer) Choice(ctx context.Context, user collection.UserID) (Choice, error) {
	return ChoiceOf(ctx, m.hub.Store, user)
}

// ChoiceOf is Mailer.Choice in a transaction of the hub's.
func ChoiceOf(ctx context.Context, from record.Getter, user collection.UserID) (Choice, error) {
	choice, _, err := record.Load[Choice](ctx, from, records.Chosen.Key(user))
	return choice, err
}

// Choose sets what a user has chosen, in the place of all that was chosen before: what waits
// for a channel that is not chosen any more is not sent. The error wraps
// transport.ErrMalformed if the hub has no such channel, or an address is empty, longer than
// 2,048 bytes or not one line of text.
func (m *Mailer) Choose(ctx context.Context, user collection.UserID, choice Choice) error {
	if len(choice.Language) > maxTag || !line(choice.Language) {
		return transport.At(transport.ErrMalformed, "language")
	}
	for name, address := range choice.Addresses {
		if m.cfg.Channels[name] == nil {
			return transport.At(transport.ErrMalformed, fmt.Sprintf("channel %q", name))
		}
		if address == "" || len(address) > maxReach || !line(address) {
			return transport.At(transport.ErrMalformed, fmt.Sprintf("address of channel %q", name))
		}
	}
	_, err := record.Update(ctx, m.hub.Store, func(tx *record.Tx) error {
		return tx.Encode(records.Chosen.Key(user), choice)
	})
	return err
}

// line reports whether s is text in one line.
func line(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// reach returns where a recipient is written to, the random part of a blinded address, and
// what the recipient reads; no address if nobody is written to.
func (m *Mailer) reach(ctx context.Context, name collection.Name, to Recipient) (address string, r [16]byte, language string, err error) {
	if to.Channel == "" {
		address, r, err = m.hub.Address(ctx, name, to)
		return address, r, "", err
	}
	choice, err := m.Choice(ctx, to.User)
	return choice.Addresses[to.Channel], r, choice.Language, err
}

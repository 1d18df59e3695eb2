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

// maxReach bounds an address of a channel, in bytes, and maxTag a language tag.
const (
	maxReach = 2048
	maxTag   = 35 // RFC 5646, section 4.4.1
)

// ChoiceOf returns what a user has chosen; nothing is the zero Choice.
func ChoiceOf(ctx context.Context, from record.Getter, user collection.UserID) (transport.Choice, error) {
	choice, _, err := record.Load[transport.Choice](ctx, from, records.Chosen.Key(user))
	return choice, err
}

// Choose sets what a user has chosen, whose addresses the program has found to be the user's, in
// the place of all that was chosen before: what waits for a channel that is not chosen any more
// is not sent. Each piece of news goes over each channel once, and what has not gone yet is
// replaced by what is newer; the feed has all of it whatever is chosen. The error wraps
// transport.ErrMalformed if the hub has no such channel, or an address is empty, longer than
// 2,048 bytes or not one line of text.
func (m *Mailer) Choose(ctx context.Context, user collection.UserID, choice transport.Choice) error {
	if err := m.check(choice); err != nil {
		return err
	}
	choice.Codes = nil
	_, err := record.Update(ctx, m.hub.Store, func(tx *record.Tx) error {
		return tx.Encode(records.Chosen.Key(user), choice)
	})
	return err
}

func (m *Mailer) check(choice transport.Choice) error {
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
	return nil
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
	choice, err := ChoiceOf(ctx, m.hub.Store, to.User)
	return choice.Addresses[to.Channel], r, choice.Language, err
}

package mail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

const (
	// maxCodes is how many codes are sent for one user in a day.
	maxCodes = 10
	// codeAge is for how long a code proves an address at least; twice as long at most.
	codeAge = time.Hour
	// codeLength is in characters of 5 bits: whoever guesses is right once in 2^40.
	codeLength = 8
)

// code proves that who has it reads what comes to an address over a channel, for one user. It is
// stored nowhere.
func (o member) code(channel, address string, at time.Time) string {
	mac := hmac.New(sha256.New, o.cfg.LinkKey)
	mac.Write([]byte("glimpse code " + o.user.String() + " " + channel + " " + address + " "))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/int64(codeAge/time.Second))))
	return base32.StdEncoding.EncodeToString(mac.Sum(nil))[:codeLength]
}

// isCode reports whether a code that somebody has typed proves an address now.
func (o member) isCode(typed, channel, address string) bool {
	typed = strings.ToUpper(strings.TrimSpace(typed))
	now := o.hub.Now()
	this, last := o.code(channel, address, now), o.code(channel, address, now.Add(-codeAge))
	return hmac.Equal([]byte(typed), []byte(this)) || hmac.Equal([]byte(typed), []byte(last))
}

// prove sends a code to an address over a channel.
func (o member) prove(ctx context.Context, channel, address, language string) error {
	if err := o.mayProve(ctx, channel, address); err != nil {
		return err
	}
	now := o.hub.Now().UTC()
	l := notify.Letter{Reason: notify.Confirm, Address: address, Language: language, Time: now, Code: o.code(channel, address, now)}
	if _, err := io.ReadFull(o.hub.Random, l.ID[:]); err != nil {
		return err
	}
	err := o.cfg.Channels[channel].Deliver(ctx, l)
	switch {
	case errors.Is(err, notify.ErrRefused):
		return transport.At(transport.ErrMalformed, "address of channel "+channel)
	case err != nil && ctx.Err() == nil: // which may name the address
		return transport.At(transport.ErrUnreachable, "channel "+channel)
	}
	return err
}

// mayProve counts a code: for one user few are sent, since the user may name any address, and
// to one address as many as other letters.
func (o member) mayProve(ctx context.Context, channel, address string) error {
	for _, of := range []struct {
		to   Recipient
		what string
		most int64
	}{{Recipient{}, "codes for " + o.user.String(), maxCodes}, {Recipient{Channel: channel}, address, o.cfg.MaxPerDay}} {
		if of.most < 0 {
			continue
		}
		place, err := o.hub.Place(ctx, of.to, of.what)
		if err != nil {
			return err
		}
		at, err := o.hub.MayWrite(ctx, place, of.most)
		if err != nil {
			return err
		}
		if at.After(o.hub.Now()) {
			return &transport.QuotaError{What: "codes for addresses in a day", Limit: of.most, Used: of.most}
		}
	}
	return nil
}

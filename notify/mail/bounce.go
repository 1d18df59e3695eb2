package mail

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strings"

	"github.com/glimpse-go/glimpse/notify"
)

const (
	maxLocal     = 64 // bytes of a local part: RFC 5321, section 4.5.3.1.1
	handleLength = 32
	maxReport    = 1 << 20 // bytes of a report that are looked at
)

// Bounce is what a mail server reports of a letter.
type Bounce struct {
	// Handle names the letter's reader and collection to the hub: the beginning of the SHA-256
	// of the letter's token, in hexadecimal.
	Handle string
	// Failed says that the letter will not arrive; otherwise it is late, or has arrived.
	Failed bool
	// Status is the reason (RFC 3463), such as "5.1.1"; empty = not said.
	Status string
}

// ErrNoBounce says that a message is no report of delivery on a letter of a channel's.
var ErrNoBounce = errors.New("mail: no report of delivery")

// envelope is the address to which reports on a letter go.
func (c *Channel) envelope(l notify.Letter) string {
	local, at, ok := strings.Cut(c.cfg.Bounces, "@")
	if !ok {
		return c.cfg.From
	}
	return local + "+" + handle(l.Token) + "@" + at
}

func handle(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])[:handleLength]
}

// ReadBounce reads a message that has come to Config.Bounces: a report of delivery (RFC 3464).
// Others, such as answers of people, are refused with an error that wraps ErrNoBounce. It
// reads no more than a mebibyte. A report is no proof: whoever knows the address of one letter
// can write one, and so have that letter's reader get none.
func ReadBounce(r io.Reader) (Bounce, error) {
	m, err := mail.ReadMessage(bufio.NewReader(io.LimitReader(r, maxReport)))
	if err != nil {
		return Bounce{}, fmt.Errorf("%w: %w", ErrNoBounce, err)
	}
	b := Bounce{Handle: handleOf(m.Header)}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || b.Handle == "" || kind != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") {
		return Bounce{}, ErrNoBounce
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			return Bounce{}, fmt.Errorf("%w: %w", ErrNoBounce, err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if kind == "message/delivery-status" || kind == "message/global-delivery-status" {
			return b.read(textproto.NewReader(bufio.NewReader(part)))
		}
	}
}

// read reads a report: fields of the message, and behind an empty line those of the recipient.
func (b Bounce) read(r *textproto.Reader) (Bounce, error) {
	for {
		fields, err := r.ReadMIMEHeader()
		if action := fields.Get("Action"); action != "" {
			b.Failed = strings.EqualFold(action, "failed")
			b.Status, _, _ = strings.Cut(fields.Get("Status"), " ")
			return b, nil
		}
		if err != nil {
			return Bounce{}, fmt.Errorf("%w: %w", ErrNoBounce, err)
		}
	}
}

// handleOf finds the handle in the addresses that a message has come to.
func handleOf(h mail.Header) string {
	for _, name := range []string{"Delivered-To", "X-Original-To", "To"} {
		to, err := mail.ParseAddress(h.Get(name))
		if err != nil {
			continue
		}
		local := to.Address[:max(0, strings.LastIndexByte(to.Address, '@'))]
		handle := strings.ToLower(local[strings.LastIndexByte(local, '+')+1:])
		if data, err := hex.DecodeString(handle); err == nil && len(data) == handleLength/2 {
			return handle
		}
	}
	return ""
}

package mail

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/words"
)

// What a message carries for programs: the letter's ID in hexadecimal, and the name and type of
// an attached collection.
const (
	HeaderID       = "X-Glimpse-ID"
	FileName       = "collection.glimpse"
	fileType       = "application/cbor"
	maxLine        = 900       // bytes of an address in a header, whose lines have 998: RFC 5322, section 2.1.1
	coverContentID = "<cover>" // RFC 2392: cid:cover
)

// message writes a letter as a message. Nobody but its address is a recipient, whatever else is
// in it.
func (c *Channel) message(l notify.Letter) (*gomail.Msg, error) {
	if _, err := collection.NormalAddress(l.Address); err != nil {
		return nil, fmt.Errorf("mail: %w", notify.ErrRefused) // the address is not repeated
	}
	w := words.In(l.Language, c.cfg.Language)
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(&mail.Address{Name: c.sender(w, l), Address: c.cfg.From})
	m.ToMailAddress(&mail.Address{Address: l.Address})
	m.EnvelopeFromMailAddress(&mail.Address{Address: c.envelope(l)})
	if !l.Time.IsZero() {
		m.SetDateWithValue(l.Time.UTC())
	}
	c.headers(m, w, l)
	return m, c.body(m, w, l)
}

// sender is what From is called: the author, by way of the hub.
func (c *Channel) sender(w words.Words, l notify.Letter) string {
	name := words.Name(l)
	if name == "" {
		return c.cfg.Name
	}
	// Some programs decode words (RFC 2047) also where they are quoted.
	return strings.ReplaceAll(w.Say("from", "by", cut(name, 100), "hub", c.cfg.Name), "=?", "= ?")
}

func (c *Channel) headers(m *gomail.Msg, w words.Words, l notify.Letter) {
	first, id := thread(l, c.cfg.From)
	subject := w.Title(l)
	m.SetMessageIDWithValue(id)
	if id != first {
		subject = "Re: " + subject
		m.SetGenHeader(gomail.HeaderInReplyTo, "<"+first+">")
		m.SetGenHeader(gomail.HeaderReferences, "<"+first+">")
	}
	m.SetGenHeader(gomail.HeaderSubject, encoded(subject))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers of programs
	m.SetGenHeader("List-Id", fmt.Sprintf("<%x.%s>", l.Author[:], domain(c.cfg.From)))
	m.SetGenHeader(HeaderID, hex.EncodeToString(l.ID[:]))
	if address, err := url.Parse(l.Unsubscribe); err == nil && len(address.String()) < maxLine {
		_ = m.SetListUnsubscribeOneClick(address.String()) // one that is not https stands in the text alone
	}
}

// thread returns the Message-IDs of the first letter on a collection to its reader, and of this
// one.
func thread(l notify.Letter, from string) (first, id string) {
	all := l.Thread()
	first = hex.EncodeToString(all[:])
	switch id = first; l.Reason {
	case notify.Shared:
	case notify.Confirm: // each is the first of none
		id = hex.EncodeToString(l.ID[:])
		first = id
	default:
		id += "." + hex.EncodeToString(l.ID[:16])
	}
	return first + "@" + domain(from), id + "@" + domain(from)
}

func (c *Channel) body(m *gomail.Msg, w words.Words, l notify.Letter) error {
	p := page{Words: w, Letter: l}
	kind := coverType(l.Cover)
	p.HasCover = kind != ""
	var text, html bytes.Buffer
	if err := cmp.Or(textBody.Execute(&text, p), htmlBody.Execute(&html, p)); err != nil {
		return err
	}
	m.SetBodyString(gomail.TypeTextPlain, text.String())
	m.AddAlternativeString(gomail.TypeTextHTML, html.String())
	if p.HasCover {
		m.EmbedReadSeeker("cover."+strings.TrimPrefix(kind, "image/"), bytes.NewReader(l.Cover),
			gomail.WithFileContentType(gomail.ContentType(kind)), gomail.WithFileContentID(coverContentID))
	}
	if len(l.File) > 0 {
		m.AttachReadSeeker(FileName, bytes.NewReader(l.File), gomail.WithFileContentType(fileType))
	}
	return nil
}

// coverType is the media type of a cover that mail programs show; empty = none.
func coverType(cover []byte) string {
	switch kind := http.DetectContentType(cover); kind {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		return kind
	}
	return ""
}

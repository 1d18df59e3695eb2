package mail

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
)

// tricks are what authors have tried, or may, in titles, names and addresses.
var tricks = []string{
	"Picnic\r\nBcc: mallory@example.org", "Picnic\nTo: mallory@example.org", "Picnic\rCc: mallory@example.org", "\r\n.\r\nMAIL FROM:<m@example.org>",
	"Picnic\r\n\r\n<script>alert(1)</script>", "=?utf-8?q?=0D=0ABcc:_mallory@example.org?=", "=?utf-8?b?DQpCY2M6IG1AZXhhbXBsZS5vcmc=?=",
	"<img src=x onerror=alert(1)>", `"><script>alert(1)</script>`, "\u2028Bcc: m@example.org", "\x00\x0b\x0c", "a\" <m@example.org>, \"b", "\\\" <m@example.org>",
	strings.Repeat("x", 2000), strings.Repeat("\u00e9", 2000), "\xff\xfe\r\n", "cid:cover", "{{.Letter.Token}}", "{by}", "--b\r\nContent-Type: text/html", "\u202egpj",
}

func channel(t testing.TB) *Channel {
	c, err := New(Config{Server: "localhost:25", From: "glimpse@hub.example.org", Name: "Glimpse", Bounces: "bounces@hub.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fields are the names of the header fields that a message has, whatever is in it.
var fields = []string{
	"Auto-Submitted", "Content-Type", "Date", "From", "In-Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-Id", "Mime-Version",
	"References", "Subject", "To", "X-Glimpse-Id",
}

// checkInjected writes a letter in which everything is somebody's words, and looks at what a
// server is told.
func checkInjected(t *testing.T, words, address string) {
	t.Helper()
	c := channel(t)
	l := notify.Letter{Address: address, Reason: notify.Available, Title: words, By: words, Note: words, Language: words, Token: words, Unsubscribe: "https://hub.example.org/" + words, Link: words}
	m, err := c.message(l)
	if err != nil {
		if !errors.Is(err, notify.ErrRefused) || address == "eve@example.org" {
			t.Fatalf("%q to %q: %v", words, address, err)
		}
		return
	}
	to, err := m.GetRecipients()
	if err != nil || !slices.Equal(to, []string{"<" + address + ">"}) {
		t.Errorf("%q: to %q, %v", words, to, err)
	}
	if from, err := m.GetSender(false); err != nil || strings.ContainsAny(from, "\r\n ") || strings.Count(from, "<") != 1 {
		t.Errorf("%q: from %q, %v", words, from, err)
	}
	var raw bytes.Buffer
	if _, err := m.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	checkRaw(t, raw.Bytes(), words)
}

func checkRaw(t *testing.T, raw []byte, words string) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	for name, values := range m.Header {
		if !slices.Contains(fields, name) || len(values) != 1 {
			t.Errorf("%q: header %s: %q", words, name, values)
		}
	}
	from, err := m.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Address != "glimpse@hub.example.org" {
		t.Errorf("%q: from %v, %v", words, from, err)
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("%q: line %.100q", words, line)
		}
	}
}

// TestInjection: titles, names and addresses are no headers, no recipients and no markup.
func TestInjection(t *testing.T) {
	for _, words := range tricks {
		checkInjected(t, words, "eve@example.org")
		checkInjected(t, words, words)
		checkInjected(t, words, "eve@example.org"+words)
		checkMarkup(t, words)
	}
	for _, address := range []string{"a@b", "a b@example.org", "<eve@example.org>", "Eve <eve@example.org>", "eve@example.org,m@example.org", "eve@example.org\x00", ""} {
		if _, err := channel(t).message(notify.Letter{Address: address}); !errors.Is(err, notify.ErrRefused) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// checkMarkup: the HTML has the elements that it has without the words.
func checkMarkup(t *testing.T, text string) {
	t.Helper()
	l := notify.Letter{Title: text, By: text, Link: "javascript:alert(1)//" + text, Unsubscribe: text}
	plain := notify.Letter{Title: "Picnic", By: "Ann", Link: "https://hub.example.org", Unsubscribe: "https://hub.example.org"}
	if got, want := elements(t, l), elements(t, plain); !slices.Equal(got, want) {
		t.Errorf("%q: elements %v, want %v", text, got, want)
	}
}

func elements(t *testing.T, l notify.Letter) (all []string) {
	t.Helper()
	var b bytes.Buffer
	if err := htmlBody.Execute(&b, page{Letter: l, Words: inEnglish}); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(&b)
	d.Strict, d.AutoClose, d.Entity = false, append(xml.HTMLAutoClose, "meta"), xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		all = append(all, start.Name.Local)
		for _, a := range start.Attr {
			all = append(all, a.Name.Local)
			if strings.HasPrefix(a.Value, "javascript:") {
				t.Errorf("%s is %q", a.Name.Local, a.Value)
			}
		}
	}
}

func FuzzInjection(f *testing.F) {
	for _, words := range tricks {
		f.Add(words, "eve@example.org")
		f.Add("Picnic", words+"@example.org")
	}
	f.Fuzz(checkInjected)
}

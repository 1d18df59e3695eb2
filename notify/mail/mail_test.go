package mail_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http/httptest"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/notify/mail/mailtest"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func open(t *testing.T, cfg mail.Config) *mail.Channel {
	t.Helper()
	if cfg.From == "" {
		cfg.From = "glimpse@hub.example.org"
	}
	c, err := mail.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSuite runs the suite of channels over a real server.
func TestSuite(t *testing.T) {
	transporttest.Channel(t, func(t *testing.T) transporttest.ChannelFixture {
		s := mailtest.Start(t)
		return transporttest.ChannelFixture{
			Channel: open(t, mail.Config{Server: s.SMTP}),
			Arrived: func(t *testing.T) (all []notify.Letter) {
				for _, raw := range s.Messages(t) {
					all = append(all, read(t, raw).letter(t))
				}
				return all
			},
			Break: func(t *testing.T) func() {
				s.Refuse(t, 451)
				return func() { s.Refuse(t, 0) }
			},
		}
	})
}

// message is what a mail program sees of one.
type message struct {
	*netmail.Message
	parts map[string]part // by type
}

type part struct {
	head map[string][]string
	body []byte
}

func read(t *testing.T, raw string) message {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	out := message{m, map[string]part{}}
	out.walk(t, m.Header, m.Body)
	return out
}

func (m message) walk(t *testing.T, head map[string][]string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(netmail.Header(head).Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m.walk(t, p.Header, p)
		}
	}
	switch netmail.Header(head).Get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	m.parts[kind] = part{head, data}
}

// subject is the decoded subject, without what says that it is an answer.
func (m message) subject(t *testing.T) string {
	t.Helper()
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("In-Reply-To") != "" {
		subject = strings.TrimPrefix(subject, "Re: ")
	}
	return subject
}

func (m message) letter(t *testing.T) (l notify.Letter) {
	t.Helper()
	id, err := hex.DecodeString(m.Header.Get(mail.HeaderID))
	if err != nil || copy(l.ID[:], id) != len(l.ID) {
		t.Errorf("id %x, %v", id, err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 {
		t.Fatalf("to %v, %v", to, err)
	}
	l.Address, l.Title = to[0].Address, m.subject(t)
	if l.Title == "0 items" {
		l.Title = ""
	}
	if list := m.Header.Get("List-Unsubscribe"); list != "" {
		l.Unsubscribe = strings.Trim(list, "<>")
	}
	if !strings.Contains(string(m.parts["text/plain"].body), "https://hub.example.org/stop/token") && l.Unsubscribe != "" {
		t.Error("the text does not say where such letters end")
	}
	l.File = m.parts["application/cbor"].body
	return l
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func lake(t *testing.T) notify.Letter {
	return notify.Letter{
		ID: notify.ID{7}, Address: "bob@example.org", Reason: notify.Shared, By: "Ann Ö.", Title: "A day at the lake", Items: 3, Labelled: 3,
		Cover: picture(t), Time: time.Unix(1_800_000_000, 0), Link: "https://hub.example.org/link#t", Unsubscribe: "https://hub.example.org/stop/t",
		Token: "t", File: []byte{1, 2, 3},
	}
}

func deliver(t *testing.T, c *mail.Channel, l notify.Letter) {
	t.Helper()
	if err := c.Deliver(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

// TestMessage looks at a letter as a mail program does: who writes, text and HTML with the
// cover inline, one click to have no more, and what is attached.
func TestMessage(t *testing.T) {
	s := mailtest.Start(t)
	deliver(t, open(t, mail.Config{Server: s.SMTP, Name: "Glimpse", Bounces: "bounces@hub.example.org"}), lake(t))
	raw := s.Messages(t)[0]
	m := read(t, raw)
	from, err := m.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "Ann Ö. via Glimpse" || from[0].Address != "glimpse@hub.example.org" {
		t.Errorf("from %v, %v", from, err)
	}
	for name, want := range map[string]string{
		"Subject": "A day at the lake", "List-Unsubscribe": "<https://hub.example.org/stop/t>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Date": "Fri, 15 Jan 2027 08:00:00 +0000", "Auto-Submitted": "auto-generated", "Mime-Version": "1.0", "X-Mailer": "", "User-Agent": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if path := m.Header.Get("Return-Path"); !strings.HasPrefix(path, "<bounces+") || !strings.HasSuffix(path, "@hub.example.org>") {
		t.Errorf("reports go to %q", path)
	}
	const waits = "Previews come first; you will hear again when the full versions are there."
	text, page := string(m.parts["text/plain"].body), string(m.parts["text/html"].body)
	for _, want := range []string{"Ann Ö. shares a collection with you.", "A day at the lake", waits, "https://hub.example.org/link#t", "https://hub.example.org/stop/t"} {
		if !strings.Contains(text, want) || !strings.Contains(page, want) {
			t.Errorf("%q is missing:\n%s\n%s", want, text, page)
		}
	}
	cover := m.parts["image/jpeg"]
	if !bytes.Equal(cover.body, picture(t)) || netmail.Header(cover.head).Get("Content-Id") != "<cover>" || !strings.Contains(page, `src="cid:cover"`) {
		t.Errorf("the cover: %v, %d bytes", cover.head, len(cover.body))
	}
	if file := m.parts["application/cbor"]; !bytes.Equal(file.body, []byte{1, 2, 3}) || !strings.Contains(netmail.Header(file.head).Get("Content-Disposition"), mail.FileName) {
		t.Errorf("the file: %v, %x", file.head, file.body)
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(raw, "\r\n", "\n"), "\n") {
		if len(line) > 200 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' || r == '\r' }) {
			t.Errorf("a relay has to change %q", line)
		}
	}
}

// TestThread: the second letter answers the first, in the reader's language; a repeat has
// the same names; nobody else's is in the thread.
func TestThread(t *testing.T) {
	s := mailtest.Start(t)
	c := open(t, mail.Config{Server: s.SMTP, Language: "de"})
	first, second := lake(t), lake(t)
	second.ID, second.Reason, second.Labelled, second.Language = notify.ID{8}, notify.Available, 0, "fr"
	other, third := first, second
	other.Address, third.ID = "eve@example.org", notify.ID{9}
	var seen []message
	for i, l := range []notify.Letter{first, second, second, other, third} {
		deliver(t, c, l)
		all := s.Messages(t)
		if len(all) != i+1 {
			t.Fatalf("%d messages", len(all))
		}
		seen = append(seen, read(t, all[i]))
	}
	id := func(i int) string { return seen[i].Header.Get("Message-Id") }
	for _, i := range []int{1, 2, 4} {
		if h := seen[i].Header; h.Get("In-Reply-To") != id(0) || h.Get("References") != id(0) || h.Get("Subject") != "Re: A day at the lake" {
			t.Errorf("%d: %v", i, h)
		}
	}
	if id(1) != id(2) || id(0) == id(1) || id(0) == id(3) || id(1) == id(4) || seen[0].Header.Get("In-Reply-To") != "" {
		t.Errorf("names %q %q %q %q %q", id(0), id(1), id(2), id(3), id(4))
	}
	if text := string(seen[0].parts["text/plain"].body); !strings.Contains(text, "teilt eine Sammlung mit dir") {
		t.Errorf("not in German: %s", text)
	}
	if text := string(seen[1].parts["text/plain"].body); !strings.Contains(text, "Tout est là en version complète") {
		t.Errorf("not in French: %s", text)
	}
}

// TestRefused: that nobody is there is told from what can be tried again, and neither names the
// address.
func TestRefused(t *testing.T) {
	s := mailtest.Start(t)
	c := open(t, mail.Config{Server: s.SMTP})
	for status, want := range map[int]bool{550: true, 553: true, 450: false, 452: false} {
		s.Refuse(t, status)
		err := c.Deliver(t.Context(), lake(t))
		if err == nil || errors.Is(err, notify.ErrRefused) != want || strings.Contains(err.Error(), "bob") {
			t.Errorf("%d: %v", status, err)
		}
	}
	s.Kill()
	if err := c.Deliver(t.Context(), lake(t)); err == nil || errors.Is(err, notify.ErrRefused) {
		t.Errorf("without a server: %v", err)
	}
	s.Resume(t)
	s.Refuse(t, 0)
	deliver(t, c, lake(t))
}

// TestTLS: a server that is not this computer gets nothing without TLS, and none whose
// certificate is not known; a password neither.
func TestTLS(t *testing.T) {
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS() // for its certificate, of 127.0.0.1
	defer web.Close()
	dir := t.TempDir()
	cert, key := pemFiles(t, dir, web.TLS.Certificates[0])
	s := mailtest.Start(t, "--smtp-tls-cert", cert, "--smtp-tls-key", key, "--smtp-auth-accept-any", "--smtp-require-starttls")
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	known := open(t, mail.Config{Server: s.SMTP, TLS: &tls.Config{RootCAs: pool, ServerName: "example.com"}, User: "glimpse", Password: "secret"})
	deliver(t, known, lake(t))
	if err := open(t, mail.Config{Server: s.SMTP}).Deliver(t.Context(), lake(t)); err == nil {
		t.Error("a certificate that nobody knows was taken")
	}
	plain := mailtest.Start(t)
	elsewhere := strings.Replace(plain.SMTP, "127.0.0.1", "0.0.0.0", 1) // reaches it, and is no loopback address
	if err := open(t, mail.Config{Server: elsewhere}).Deliver(t.Context(), lake(t)); err == nil || len(plain.Messages(t)) > 0 {
		t.Errorf("without TLS: %v", err)
	}
	if n := len(s.Messages(t)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func pemFiles(t *testing.T, dir string, c tls.Certificate) (cert, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, data := range map[string][]byte{cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}), key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestConfig(t *testing.T) {
	for _, cfg := range []mail.Config{
		{}, {Server: "localhost"}, {Server: ":25", From: "a@example.org"}, {Server: "localhost:x", From: "a@example.org"},
		{Server: "localhost:25"}, {Server: "localhost:25", From: "a"}, {Server: "localhost:25", From: "a@example.org\r\nBcc: b@example.org"},
		{Server: "localhost:25", From: "a@example.org", Bounces: "b"}, {Server: "localhost:25", From: "a@example.org", Bounces: strings.Repeat("b", 32) + "@example.org"},
	} {
		if _, err := mail.New(cfg); !errors.Is(err, mail.ErrConfig) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

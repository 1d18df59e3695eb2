package main

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	netmail "net/mail"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/notify/mail/mailtest"
	"github.com/glimpse-go/glimpse/notify/xmpp/xmpptest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// correspondence is a family whose hub writes by mail and chat.
type correspondence struct {
	*family
	post *mailtest.Server
	chat *xmpptest.Server
	dir  string
	read int // messages that were looked at
}

func newCorrespondence(t *testing.T) *correspondence {
	c := &correspondence{post: mailtest.Start(t), chat: xmpptest.Start(t, "glimpse", "bob"), dir: t.TempDir()}
	word := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(word, []byte(xmpptest.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", c.chat.Certificate)
	hub := programtest.NewHub(t)
	hub.Stop()
	hub.Start("-smtp", "smtp://"+c.post.SMTP, "-smtp-from", "glimpse@hub.example.org", "-smtp-name", "The hub",
		"-smtp-bounces", "bounces@hub.example.org", "-xmpp", "glimpse@localhost", "-xmpp-server", c.chat.Address, "-xmpp-password-file", word)
	c.family = &family{t: t, hub: hub}
	c.home = hub.Peer("Ann", "ann@example.org")
	c.camera = c.home.Camera()
	return c
}

// share shares one more photo.
func (c *correspondence) share(title string, with ...string) {
	c.t.Helper()
	n := len(title) // another photo
	photos(c.t, c.dir, n, n+1)
	c.run("share", c.dir, "-title", title, "-with", strings.Join(with, ","))
}

// mail is a message that has come.
type mail struct {
	netmail.Header
	body string // without soft line ends
}

// next waits for the next message.
func (c *correspondence) next() mail {
	c.t.Helper()
	for ; ; time.Sleep(20 * time.Millisecond) {
		all := c.post.Messages(c.t)
		if len(all) <= c.read {
			continue
		}
		c.read++
		m, err := netmail.ReadMessage(strings.NewReader(all[c.read-1]))
		if err != nil {
			c.t.Fatal(err)
		}
		body, err := io.ReadAll(m.Body)
		if err != nil {
			c.t.Fatal(err)
		}
		return mail{m.Header, strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(body))}
	}
}

// click posts a form to where a letter says that letters end, as mail programs do.
func (c *correspondence) click(m mail, field, value string) {
	c.t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // the hub's own key
	r, err := client.PostForm(strings.Trim(m.Get("List-Unsubscribe"), "<>"), url.Values{field: {value}})
	if err != nil {
		c.t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK {
		c.t.Error(r.Status)
	}
}

// TestLetters: somebody who is no member gets a letter with the cover when a collection is
// shared, and one that answers it when the labels go; none after one click, and letters again after
// another.
func TestLetters(t *testing.T) {
	c := newCorrespondence(t)
	c.share("Lake", "eve@example.org")
	first := c.next()
	if to := first.Get("To"); to != "<eve@example.org>" || first.Get("Subject") != "Lake" || !strings.Contains(first.Get("From"), "Ann via The hub") ||
		!strings.Contains(first.body, "Content-Type: image/jpeg") || !strings.Contains(first.body, "Previews come first") ||
		first.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("to %s: %v\n%s", to, first.Header, first.body)
	}
	token := regexp.MustCompile(`https://127.0.0.1:\d+/link#([\w-]+)`).FindStringSubmatch(first.body)
	if token == nil || strings.Contains(first.Get("List-Unsubscribe"), token[1]) {
		t.Fatal(first.body)
	}
	c.run("sync")
	second := c.next()
	if second.Get("Subject") != "Re: Lake" || second.Get("In-Reply-To") != first.Get("Message-Id") || !strings.Contains(second.body, "All items are there in full.") ||
		!strings.Contains(second.body, token[0]) {
		t.Errorf("%v\n%s", second.Header, second.body)
	}
	c.click(first, "List-Unsubscribe", "One-Click")
	c.share("Hut", "eve@example.org", "carl@example.org")
	if m := c.next(); m.Get("To") != "<carl@example.org>" {
		t.Error(m.Header)
	}
	c.click(second, "Resubscribe", "Yes")
	c.share("Cliff", "eve@example.org")
	if m := c.next(); m.Get("To") != "<eve@example.org>" || m.Get("Subject") != "Cliff" {
		t.Error(m.Header)
	}
	none := c.hub.Run("letters")
	if strings.Count(none, "\n") != 1 {
		t.Error(none)
	}
	sum := sha256.Sum256([]byte(token[1]))
	c.bounces(hex.EncodeToString(sum[:16]), "The address gets no letters on that collection")
	c.bounces(strings.Repeat("0", 32), "not known any more")
	if got := c.hub.Run("letters"); !strings.Contains(got, "eve@example.org") || !strings.Contains(got, "nobody is there") {
		t.Error(got)
	}
	c.parked("eve@example.org")
}

// bounces has a report of delivery come in.
func (c *correspondence) bounces(handle, want string) {
	c.t.Helper()
	report := fmt.Sprintf("To: bounces+%s@hub.example.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; eve@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n", handle)
	cmd := exec.Command(programtest.Program("hub"), "bounce", "-data", c.hub.Dir)
	cmd.Stdin = strings.NewReader(report)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
		c.t.Errorf("%v: %s", err, out)
	}
}

// client is how a station calls the hub.
func client(t *testing.T, of *programtest.Station) *httplink.Client {
	t.Helper()
	a, _, err := program.LoadAccount(of.Dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := httplink.HubOf(a, httplink.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// parked compares what the author is shown of letters that nobody gets.
func (c *correspondence) parked(want string) {
	c.t.Helper()
	p, err := httplink.LettersOf(client(c.t, c.home)).Parked(c.t.Context())
	if err != nil || len(p.Letters) != 1 || p.Letters[0].Address != want || !p.Letters[0].Refused {
		c.t.Errorf("%+v, %v", p, err)
	}
}

// TestChat: a member chooses chat over the network, proves the address by what comes there, and is
// told there too, with a link that has no token.
func TestChat(t *testing.T) {
	c := newCorrespondence(t)
	bob := c.hub.Peer("Bob", "bob@example.org")
	letters := httplink.LettersOf(client(t, bob))
	choice := transport.Choice{Addresses: map[string]string{"xmpp": "bob@localhost"}}
	got, err := letters.Choose(t.Context(), choice)
	if err != nil || strings.Join(got.Offered, " ") != "mail xmpp" || strings.Join(got.Awaited, " ") != "xmpp" {
		t.Fatalf("%+v, %v", got, err)
	}
	choice.Codes = map[string]string{"xmpp": c.waits(`Your code: ([A-Z2-7]{8})`)}
	got, err = letters.Choose(t.Context(), choice)
	if err != nil || got.Addresses["xmpp"] != "bob@localhost" || len(got.Awaited) > 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	c.share("Lake", "bob@example.org")
	if link := c.waits(`Lake(?s:.*?)(https?://[^/]+/album/[0-9a-f]+/[0-9a-f]+)`); !regexp.MustCompile(`^https?://[^/]+/album/[0-9a-f]{32}/[0-9a-f]{32}$`).MatchString(link) {
		t.Errorf("the link is %q", link)
	}
	bob.Runs.Await(`"Lake"`)
}

// waits waits for something to come to bob by chat, and returns the pattern's group.
func (c *correspondence) waits(pattern string) string {
	c.t.Helper()
	for ; ; time.Sleep(20 * time.Millisecond) {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(c.chat.Waiting("bob")); m != nil {
			return m[1]
		}
	}
}

// TestLetterOptions: what is wrong of them is said in one line, and no password is taken where
// others could read it.
func TestLetterOptions(t *testing.T) {
	for want, args := range map[string][]string{
		"never on the command line":    {"-smtp", "smtp://me:secret@mail.example.org", "-smtp-from", "a@example.org"},
		"it is smtp://":                {"-smtp", "mail.example.org:25", "-smtp-from", "a@example.org"},
		"smtps is at port 465":         {"-smtp", "smtps://mail.example.org:587", "-smtp-from", "a@example.org"},
		"smtp at another":              {"-smtp", "smtp://mail.example.org:465", "-smtp-from", "a@example.org"},
		"from":                         {"-smtp", "smtps://mail.example.org"},
		"no local part":                {"-xmpp", "chat.example.org"},
		"unknown flag --xmpp-password": {"-xmpp", "a@chat.example.org", "-xmpp-password", "secret"},
	} {
		dir := filepath.Join(t.TempDir(), "hub")
		got := programtest.Fails(t, 2, programtest.Program("hub"), append(args, "-data", dir, "-listen", programtest.Port(t))...)
		if !strings.Contains(got, want) || strings.Contains(got, "secret") {
			t.Errorf("%v: %s", args, got)
		}
	}
}

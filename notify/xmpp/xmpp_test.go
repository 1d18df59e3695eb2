package xmpp_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"mellium.im/sasl"
	"mellium.im/xmlstream"
	client "mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/ping"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/xmpp"
	"github.com/glimpse-go/glimpse/notify/xmpp/xmpptest"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// message is what a chat program reads.
type message struct {
	From    string `xml:"from,attr"`
	ID      string `xml:"id,attr"`
	Type    string `xml:"type,attr"`
	Body    string `xml:"body"`
	Thread  string `xml:"thread"`
	URL     string `xml:"jabber:x:oob x>url"`
	Sharing struct {
		Sources   *struct{} `xml:"sources"`
		Thumbnail struct {
			URI string `xml:"uri,attr"`
		} `xml:"file>thumbnail"`
	} `xml:"urn:xmpp:sfs:0 file-sharing"`
	Data struct {
		CID  string `xml:"cid,attr"`
		Type string `xml:"type,attr"`
	} `xml:"urn:xmpp:bob data"`
}

// person is somebody with a chat program.
type person struct {
	t       *testing.T
	session *client.Session
	mu      sync.Mutex
	all     []message
	joined  chan bool // holds one when the group is joined
	asked   chan bool // and when somebody asks to see whether the person is there
}

// signIn signs somebody in, from a device.
func signIn(t *testing.T, s *xmpptest.Server, who string) *person {
	t.Helper()
	me := jid.MustParse(who)
	conn, err := net.Dial("tcp", s.Address)
	check(t, err)
	config := s.TLS.Clone()
	config.ServerName = "localhost"
	p := &person{t: t, joined: make(chan bool, 1), asked: make(chan bool, 1)}
	p.session, err = client.NewClientSession(t.Context(), me, conn, client.BindResource(), client.StartTLS(config),
		client.SASL("", xmpptest.Password, sasl.ScramSha1, sasl.Plain))
	check(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.session.Serve(client.HandlerFunc(p.handle))
	}()
	t.Cleanup(func() {
		_ = p.session.Close()
		_ = conn.Close()
		<-ended
	})
	p.says("<presence/>")
	return p
}

func (p *person) handle(r xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var m message
	if start.Name.Local == "iq" {
		return nil
	}
	err := xml.NewTokenDecoder(xmlstream.MultiReader(xmlstream.Token(*start), r)).Decode(&m)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case start.Name.Local == "message" && m.Body != "":
		p.all = append(p.all, m)
	case start.Name.Local == "presence" && m.Type == "subscribe":
		p.asked <- true
	case start.Name.Local == "presence" && strings.HasPrefix(m.From, "lake@"):
		select {
		case p.joined <- true:
		default:
		}
	}
	return nil
}

// says sends what it is told, and waits until the server has done with it.
func (p *person) says(text string) {
	p.t.Helper()
	_, err := io.WriteString(p.session.Conn(), text)
	check(p.t, err)
	p.settle()
}

func (p *person) settle() {
	p.t.Helper()
	check(p.t, ping.Send(p.t.Context(), p.session, jid.MustParse("localhost")))
}

// messages are those that have come.
func (p *person) messages() []message {
	p.t.Helper()
	p.settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]message(nil), p.all...)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, s *xmpptest.Server, server string) *xmpp.Channel {
	t.Helper()
	c, err := xmpp.New(xmpp.Config{Account: "glimpse@localhost", Password: xmpptest.Password, Server: server, TLS: s.TLS})
	check(t, err)
	t.Cleanup(func() { check(t, c.Close()) })
	return c
}

// letter is a message as a letter, as far as it can be read.
func (m message) letter(t *testing.T) (l notify.Letter) {
	t.Helper()
	id, err := hex.DecodeString(m.ID)
	check(t, err)
	lines := strings.Split(m.Body, "\n")
	l.ID, l.Address, l.Title, l.Link = notify.ID(id), "bob@localhost", lines[1], m.URL
	if l.Title == "0 items" {
		l.Title = ""
	}
	return l
}

// TestSuite runs the suite of channels over a real server, with a line that can be cut.
func TestSuite(t *testing.T) {
	s := xmpptest.Start(t, "glimpse", "bob")
	transporttest.Channel(t, func(t *testing.T) transporttest.ChannelFixture {
		w := newWire(t, s.Address)
		bob := signIn(t, s, "bob@localhost/home")
		return transporttest.ChannelFixture{
			Channel: open(t, s, w.address),
			Address: func(int) string { return "bob@localhost" },
			Arrived: func(t *testing.T) (all []notify.Letter) {
				for _, m := range bob.messages() {
					all = append(all, m.letter(t))
				}
				return all
			},
			Break: func(*testing.T) func() {
				w.cut(true)
				return func() { w.cut(false) }
			},
		}
	})
}

func lake(t *testing.T) notify.Letter {
	var b bytes.Buffer
	check(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil))
	return notify.Letter{
		ID: notify.ID{7}, Address: "xmpp:bob@localhost", Reason: notify.Shared, By: "Ann", Title: "A day at the lake", Items: 3, Labelled: 3,
		Cover: b.Bytes(), Link: "https://hub.example.org/link#t", Unsubscribe: "https://hub.example.org/stop/t",
	}
}

// TestMessage looks at a letter as a chat program does: what it says, where it leads, the
// cover as the thumbnail of a file without sources, and the thread of the next one.
func TestMessage(t *testing.T) {
	s := xmpptest.Start(t, "glimpse", "bob")
	bob, c := signIn(t, s, "bob@localhost/home"), open(t, s, s.Address)
	first, second := lake(t), lake(t)
	second.ID, second.Reason, second.Labelled, second.Language = notify.ID{8}, notify.Available, 0, "de"
	for _, l := range []notify.Letter{first, second} {
		check(t, c.Deliver(t.Context(), l))
	}
	all := bob.messages()
	if len(all) != 2 {
		t.Fatalf("messages %+v", all)
	}
	m := all[0]
	const says = "Ann shares a collection with you.\nA day at the lake\nPreviews come first; you will hear again when the full versions are there.\n" +
		"https://hub.example.org/link#t\nNo more of this from Ann: https://hub.example.org/stop/t"
	if m.Body != says || m.Type != "chat" || m.URL != first.Link || !strings.HasPrefix(m.From, "glimpse@localhost/") {
		t.Errorf("message %+v", m)
	}
	if m.Data.Type != "image/jpeg" || m.Sharing.Thumbnail.URI != "cid:"+m.Data.CID || m.Sharing.Sources != nil {
		t.Errorf("the cover: %+v in %+v", m.Data, m.Sharing)
	}
	if all[1].Thread != m.Thread || m.Thread == "" || !strings.Contains(all[1].Body, "Alles ist in voller Fassung da.") {
		t.Errorf("the second %+v", all[1])
	}
}

// TestGroup: a letter to a group reaches those who are in it, and the next does without another
// join; a group that one may not join is refused.
func TestGroup(t *testing.T) {
	s := xmpptest.Start(t, "glimpse", "bob")
	bob, c := signIn(t, s, "bob@localhost/home"), open(t, s, s.Address)
	bob.says(`<presence to="lake@rooms.localhost/Bob"><x xmlns="http://jabber.org/protocol/muc"/></presence>`)
	<-bob.joined
	bob.says(`<iq type="set" id="c1" to="lake@rooms.localhost"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`)
	l := lake(t)
	l.Address = "xmpp:lake@rooms.localhost?join"
	for i := range 2 {
		l.ID = notify.ID{byte(i + 1)}
		check(t, c.Deliver(t.Context(), l))
	}
	all := bob.messages()
	if len(all) != 2 || all[0].Type != "groupchat" || all[0].From != "lake@rooms.localhost/glimpse" || !strings.Contains(all[1].Body, "A day at the lake") {
		t.Errorf("messages %+v", all)
	}
	l.Address = "xmpp:lake@elsewhere.localhost?join"
	if err := c.Deliver(t.Context(), l); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a group at a server that is not reached: %v", err)
	}
}

// TestPresence: who lets the account see that they do not want to be disturbed is not written to
// while that is so of all their devices.
func TestPresence(t *testing.T) {
	s := xmpptest.Start(t, "glimpse", "bob")
	bob, phone, c := signIn(t, s, "bob@localhost/home"), signIn(t, s, "bob@localhost/phone"), open(t, s, s.Address)
	check(t, c.Deliver(t.Context(), lake(t))) // it is connected now
	bob.says(`<presence type="subscribe" to="glimpse@localhost"/>`)
	<-bob.asked // the account grants it, and asks for the same
	bob.says(`<presence type="subscribed" to="glimpse@localhost"/>`)
	check(t, c.Deliver(t.Context(), lake(t)))
	busy := `<presence ><show>dnd</show></presence>`
	bob.says(busy)
	check(t, c.Deliver(t.Context(), lake(t)))
	phone.says(busy)
	if err := c.Deliver(t.Context(), lake(t)); !errors.Is(err, xmpp.ErrBusy) || errors.Is(err, notify.ErrRefused) {
		t.Errorf("while all devices are busy: %v", err)
	}
	n := len(phone.messages())
	bob.says(`<presence />`)
	check(t, c.Deliver(t.Context(), lake(t)))
	if got := len(bob.messages()); got < n {
		t.Errorf("%d messages, then %d", n, got)
	}
}

// TestRefused: an address that is none, or nobody's, is refused for good; and no error names it.
func TestRefused(t *testing.T) {
	s := xmpptest.Start(t, "glimpse", "bob")
	c := open(t, s, s.Address)
	for _, address := range []string{
		"", "localhost", "xmpp:localhost", "bob@localhost/home", "xmpp:bob@localhost?message", "xmpp:%zz@localhost", "bob@localhost\n", "b\"o@localhost",
		"eve@localhost", "xmpp:eve@localhost",
	} {
		l := lake(t)
		l.Address = address
		if err := c.Deliver(t.Context(), l); !errors.Is(err, notify.ErrRefused) || strings.Contains(err.Error(), "localhost") {
			t.Errorf("%q: %v", address, err)
		}
	}
	check(t, c.Deliver(t.Context(), lake(t))) // bob is not there, and reads it later
	if all := signIn(t, s, "bob@localhost/home").messages(); len(all) != 1 {
		t.Errorf("messages %+v", all)
	}
}

// TestSignIn: no letter goes, and no password, to a server whose certificate is not known, nor
// with the wrong password; and no configuration is one without an account.
func TestSignIn(t *testing.T) {
	s := xmpptest.Start(t, "glimpse", "bob")
	for what, cfg := range map[string]xmpp.Config{
		"unknown certificate": {Account: "glimpse@localhost", Password: xmpptest.Password, Server: s.Address},
		"wrong password":      {Account: "glimpse@localhost", Password: "secret", Server: s.Address, TLS: s.TLS},
	} {
		c, err := xmpp.New(cfg)
		check(t, err)
		if err := c.Deliver(t.Context(), lake(t)); err == nil || errors.Is(err, notify.ErrRefused) || strings.Contains(err.Error(), cfg.Password) {
			t.Errorf("%s: %v", what, err)
		}
		check(t, c.Close())
	}
	for _, account := range []string{"", "localhost", "a b@localhost"} {
		if _, err := xmpp.New(xmpp.Config{Account: account}); !errors.Is(err, xmpp.ErrConfig) {
			t.Errorf("%q: %v", account, err)
		}
	}
}

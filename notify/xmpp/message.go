package xmpp

import (
	"crypto/sha1" // XEP-0231 names it
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"mellium.im/xmpp/jid"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/words"
)

// maxCover bounds a cover that comes within a message, in bytes: servers take no larger ones.
const maxCover = 64 << 10

// message is a chat message.
type message struct {
	XMLName xml.Name `xml:"jabber:client message"`
	To      string   `xml:"to,attr"`
	ID      string   `xml:"id,attr"`
	Type    string   `xml:"type,attr"`
	Body    string   `xml:"body"`
	Thread  string   `xml:"thread"`
	Link    *link    `xml:"jabber:x:oob x"`
	Sharing *sharing `xml:"urn:xmpp:sfs:0 file-sharing"`
	Cover   *data    `xml:"urn:xmpp:bob data"`
}

// link is where the rest can be seen (XEP-0066).
type link struct {
	URL string `xml:"url"`
}

// sharing is a file that is shared without sources (XEP-0447): its thumbnail can be seen
// (XEP-0264), and programs look for nothing else.
type sharing struct {
	ID          string `xml:"id,attr"`
	Disposition string `xml:"disposition,attr"`
	File        struct {
		Name      string `xml:"name"`
		Thumbnail struct {
			URI  string `xml:"uri,attr"`
			Type string `xml:"media-type,attr"`
		} `xml:"urn:xmpp:thumbs:1 thumbnail"`
	} `xml:"urn:xmpp:file:metadata:0 file"`
}

// data are bytes within a message (XEP-0231).
type data struct {
	CID    string `xml:"cid,attr"`
	Type   string `xml:"type,attr"`
	Base64 string `xml:",chardata"`
}

// message writes a letter as a message.
func (c *Channel) message(to jid.JID, group bool, l notify.Letter) message {
	w := words.In(l.Language, c.cfg.Language)
	thread := l.Thread()
	m := message{
		To: to.String(), Type: "chat", ID: hex.EncodeToString(l.ID[:]), Thread: hex.EncodeToString(thread[:]), Body: body(w, l),
	}
	if group {
		m.Type = "groupchat"
	}
	if l.Link != "" {
		m.Link = &link{l.Link}
	}
	if kind := http.DetectContentType(l.Cover); strings.HasPrefix(kind, "image/") && len(l.Cover) <= maxCover {
		m.Cover = &data{fmt.Sprintf("sha1+%x@bob.xmpp.org", sha1.Sum(l.Cover)), kind, base64.StdEncoding.EncodeToString(l.Cover)}
		m.Sharing = &sharing{ID: m.Thread, Disposition: "inline"}
		m.Sharing.File.Name = w.Title(l)
		m.Sharing.File.Thumbnail.URI, m.Sharing.File.Thumbnail.Type = "cid:"+m.Cover.CID, kind
	}
	return m
}

// body is what a message says: the title stands in the second line.
func body(w words.Words, l notify.Letter) string {
	lines := []string{w.Lead(l), w.Title(l), w.State(l)}
	if l.Link != "" {
		lines = append(lines, l.Link)
	}
	if l.Unsubscribe != "" {
		lines = append(lines, w.Stop(l)+": "+l.Unsubscribe)
	}
	return strings.Join(lines, "\n")
}

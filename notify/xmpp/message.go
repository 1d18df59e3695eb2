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

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/words"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
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
	Letter  letter   `xml:"https://glimpse-go.org/letter letter"`
	Link    *link    `xml:"jabber:x:oob x"`
	Sharing *sharing `xml:"urn:xmpp:sfs:0 file-sharing"`
	Cover   *data    `xml:"urn:xmpp:bob data"`

	AttachTo *attachTo `xml:"urn:xmpp:message-attaching:1 attach-to"`
	Sources  *sources  `xml:"urn:xmpp:sfs:0 sources"`
}

// letter is what a message carries for programs: the letter's ID in hexadecimal.
type letter struct {
	ID string `xml:"id,attr"`
}

// attachTo names the message to which what is in this one belongs (XEP-0367).
type attachTo struct {
	ID string `xml:"id,attr"`
}

// sources are those of the file that was shared without any (XEP-0447, section 3.2).
type sources struct {
	ID  string `xml:"id,attr,omitempty"`
	All []source
}

// source is a URL (XEP-0103).
type source struct {
	XMLName xml.Name `xml:"http://jabber.org/protocol/url-data url-data"`
	Target  string   `xml:"target,attr"`
}

// link is where the rest can be seen (XEP-0066).
type link struct {
	URL string `xml:"url"`
}

// sharing is a file that is shared without sources (XEP-0447) while it has a label: its thumbnail
// can be seen (XEP-0264), and programs look for nothing else.
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
	Sources *sources `xml:"sources"`
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
	all := l.Thread()
	thread, id := hex.EncodeToString(all[:]), hex.EncodeToString(l.ID[:])
	m := message{To: to.String(), Type: "chat", ID: thread + "." + id[:32], Thread: thread, Letter: letter{id}, Body: body(w, l)}
	if l.Reason == notify.Shared {
		m.ID = thread
	}
	if group {
		m.Type = "groupchat"
	}
	if l.Link != "" {
		m.Link = &link{l.Link}
	}
	m.share(w, l)
	return m
}

// share shares the file that a letter shows, in the first message; in those that follow, sources are
// attached to it as soon as there are any. Without these the cover is shown again.
func (m *message) share(w words.Words, l notify.Letter) {
	from := sourcesOf(l)
	if from != nil && l.Reason != notify.Shared {
		from.ID, m.Sources, m.AttachTo = m.Thread, from, &attachTo{m.Thread}
		return
	}
	if kind := http.DetectContentType(l.Cover); strings.HasPrefix(kind, "image/") && len(l.Cover) <= maxCover {
		m.Cover = &data{fmt.Sprintf("sha1+%x@bob.xmpp.org", sha1.Sum(l.Cover)), kind, base64.StdEncoding.EncodeToString(l.Cover)}
		m.Sharing = &sharing{ID: m.Thread, Disposition: "inline", Sources: from}
		m.Sharing.File.Name = w.Title(l)
		m.Sharing.File.Thumbnail.URI, m.Sharing.File.Thumbnail.Type = "cid:"+m.Cover.CID, kind
	}
}

// sourcesOf are the sources that a chat program may ask, if it is one that stations know; nil =
// there are none.
func sourcesOf(l notify.Letter) *sources {
	ref := transport.Ref{Collection: collection.Name{Author: l.Author, ID: l.Collection}, Item: l.Item}
	var s sources
	for _, base := range l.Sources {
		if strings.HasPrefix(base, "https://") {
			s.All = append(s.All, source{Target: httplink.OriginalURL(base, ref)})
		}
	}
	if len(s.All) == 0 {
		return nil
	}
	return &s
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

package xmpp

import (
	"context"
	"encoding/xml"
	"errors"
	"io"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// incoming is what counts of a message or a presence that comes.
type incoming struct {
	ID    string `xml:"id,attr"`
	From  string `xml:"from,attr"`
	Type  string `xml:"type,attr"`
	Show  string `xml:"show"`
	Error struct {
		Type string `xml:"type,attr"`
		All  []struct {
			XMLName xml.Name
		} `xml:",any"`
	} `xml:"error"`
	Status []struct {
		Code int `xml:"code,attr"`
	} `xml:"http://jabber.org/protocol/muc#user x>status"`
}

// condition is the defined condition of an error.
func (s incoming) condition() string {
	for _, c := range s.Error.All {
		if c.XMLName.Space == "urn:ietf:params:xml:ns:xmpp-stanzas" && c.XMLName.Local != "text" {
			return c.XMLName.Local
		}
	}
	return "undefined-condition"
}

// handle takes what comes, while the connection is read. What cannot be read is passed over.
func (c *connection) handle(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	var s incoming
	if start.Name.Local == "iq" {
		return nil
	}
	if err := xml.NewTokenDecoder(xmlstream.MultiReader(xmlstream.Token(*start), t)).Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	from, err := jid.Parse(s.From)
	if err != nil {
		return nil
	}
	switch {
	case start.Name.Local == "message" && s.Type == "error":
		c.mu.Lock()
		defer c.mu.Unlock()
		c.refused[s.ID] = refusal{s.Error.Type, s.condition()}
	case start.Name.Local == "presence":
		return c.presence(t, from, s)
	}
	return nil
}

// presence takes how somebody is there: in a group, or as a person who lets the account see it.
func (c *connection) presence(t xmlstream.TokenReadEncoder, from jid.JID, s incoming) error {
	if s.Type == "subscribe" {
		return admit(t, from)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if joined, ok := c.rooms[from.Bare().String()]; ok {
		c.entered(joined, from, s)
		return nil
	}
	devices := c.shows[from.Bare().String()]
	switch {
	case s.Type == "unavailable" || s.Type == "unsubscribed":
		delete(devices, from.Resourcepart())
	case s.Type == "" && devices == nil:
		c.shows[from.Bare().String()] = map[string]string{from.Resourcepart(): s.Show}
	case s.Type == "":
		devices[from.Resourcepart()] = s.Show
	}
	return nil
}

// admit lets a person see the account's presence, and asks for theirs.
func admit(t xmlstream.TokenReadEncoder, person jid.JID) error {
	for _, kind := range []stanza.PresenceType{stanza.SubscribedPresence, stanza.SubscribePresence} {
		if _, err := xmlstream.Copy(t, stanza.Presence{To: person.Bare(), Type: kind}.Wrap(nil)); err != nil {
			return err
		}
	}
	return nil
}

// entered takes what a group says of those who are in it: of the account itself, that it has
// joined, has been refused, or is not there any more.
func (c *connection) entered(joined chan error, from jid.JID, s incoming) {
	self := false
	for _, status := range s.Status {
		self = self || status.Code == 110
	}
	var err error
	switch {
	case s.Type == "error":
		err = refusal{s.Error.Type, s.condition()}.err()
		delete(c.rooms, from.Bare().String())
	case self && s.Type == "unavailable":
		delete(c.rooms, from.Bare().String())
		return
	case !self:
		return
	}
	select {
	case joined <- err:
	default: // it is there already
	}
}

// busy reports whether somebody has devices, and none may disturb.
func (c *connection) busy(who jid.JID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	devices := c.shows[who.Bare().String()]
	for _, show := range devices {
		if show != "dnd" {
			return false
		}
	}
	return len(devices) > 0
}

// muc asks to join a group, without what was said in it before (XEP-0045, section 7.2).
type muc struct {
	XMLName xml.Name `xml:"jabber:client presence"`
	To      string   `xml:"to,attr"`
	Join    struct {
		History struct {
			Most int `xml:"maxstanzas,attr"`
		} `xml:"history"`
	} `xml:"http://jabber.org/protocol/muc x"`
}

// join joins a group, unless the account is there.
func (c *connection) join(ctx context.Context, room jid.JID, nick string) error {
	c.mu.Lock()
	if _, ok := c.rooms[room.String()]; ok {
		c.mu.Unlock()
		return nil
	}
	joined := make(chan error, 1)
	c.rooms[room.String()] = joined
	c.mu.Unlock()
	err := c.session.Encode(ctx, muc{To: room.String() + "/" + nick})
	if err != nil {
		return errLost
	}
	select {
	case err := <-joined:
		return err
	case <-c.ended:
		return errLost
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.rooms, room.String())
		return ctx.Err()
	}
}

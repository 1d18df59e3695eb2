package scenario

import (
	"bytes"
	"io"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

var attackVerbs = map[string]func(*station, command) error{
	"alters": doAlters, "claims": doClaims, "asks": doAsks, "plants": doPlants, "announces": doAnnounces,
}

// doAlters shares a collection whose fixed parts are not what they were, under
// its name and sealed by the sender.
func doAlters(s *station, c command) error {
	handle, err := one(c.words, "collection")
	if err != nil {
		return err
	}
	known, err := s.w.find(handle)
	if err != nil {
		return err
	}
	b := known.Body()
	b.Items = b.Items[:len(b.Items):len(b.Items)]
	if names := c.after["items"]; len(names) > 0 {
		b.Items = nil
		ids, err := lookUp(s.w.items, names)
		if err != nil {
			return err
		}
		for _, id := range ids {
			i, _ := known.Index(id)
			b.Items = append(b.Items, known.Item(i))
		}
	}
	if names := c.after["recipients"]; len(names) > 0 {
		if b.Recipients, err = lookUp(s.w.people, names); err != nil {
			return err
		}
	}
	if names := c.after["ladder"]; len(names) > 0 {
		b.Ladder = nil
		for _, name := range names {
			b.Ladder = append(b.Ladder, label.Version{Name: name})
		}
		for i := range b.Items {
			b.Items[i].Digests = nil
		}
	}
	return s.sends(known.Header(), b)
}

// sends makes, seals and shares a collection without asking any rules.
func (s *station) sends(h collection.Header, b collection.Body) error {
	made, err := collection.New(h, b)
	if err != nil {
		return usage("%v", err)
	}
	if made, err = made.Sign(s.w.ctx, s.Signer, s.w.Now()); err != nil {
		return err
	}
	data, err := made.MarshalBinary()
	if err != nil {
		return err
	}
	offers := make([]transport.Bits, len(made.Ladder()))
	for v := range offers {
		for i := range made.Len() {
			if _, ok := made.Digest(i, v); ok {
				offers[v] = offers[v].Add(i)
			}
		}
	}
	_, err = s.ToHub().Share(s.w.ctx, transport.Share{Collection: data, Offers: offers})
	return err
}

// doClaims shares items of somebody else's collection as one's own: same ids,
// same digests, same collection id.
func doClaims(s *station, c command) error {
	handle, err := one(c.after["as"], "collection")
	if err != nil {
		return err
	}
	from, ids, err := s.w.itemsIn(c, c.words)
	if err != nil {
		return err
	}
	h := from.Header()
	h.Author, h.Title = s.User, "Mine"
	b := collection.Body{Ladder: from.Ladder()}
	for _, id := range ids {
		i, _ := from.Index(id)
		b.Items = append(b.Items, from.Item(i))
	}
	if b.Recipients, err = lookUp(s.w.people, c.after["for"]); err != nil {
		return err
	}
	if s.w.collections[handle], err = collection.New(h, b); err != nil {
		return usage("%v", err)
	}
	return s.sends(h, b)
}

// doAsks asks the hub, or a peer, directly, past the gate of the own station.
func doAsks(s *station, c command) error {
	refs, err := s.w.refs(c)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		stream, err := s.asks(c, ref)
		if err != nil {
			continue // written down already
		}
		n, err := io.Copy(io.Discard, stream)
		if err != nil {
			return err
		}
		s.w.log.add(s.Name + " gets something of " + s.w.item(ref.Item))
		if n == 0 {
			return usage("an empty version")
		}
		if err := stream.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (s *station) asks(c command, ref transport.Ref) (*transport.Stream, error) {
	if len(c.after["from"]) == 0 {
		return s.ToHub().Version(s.w.ctx, ref, 0)
	}
	from, err := s.w.station(c.after["from"][0])
	if err != nil {
		return nil, err
	}
	return s.To(from.Station).Original(s.w.ctx, ref, 0, -1)
}

// doPlants uploads other bytes than the author's as versions.
func doPlants(s *station, c command) error {
	refs, err := s.w.refs(c)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		known, err := s.w.known(ref.Collection)
		if err != nil {
			return err
		}
		i, _ := known.Index(ref.Item)
		const junk = "something else"
		var stream bytes.Buffer
		out := transport.NewUploadWriter(&stream)
		if err := out.Version(i, ref.Version, 0, int64(len(junk)), strings.NewReader(junk)); err != nil {
			return err
		}
		if err := out.Close(transport.AuthorSeal{}); err != nil {
			return err
		}
		if _, err := s.ToHub().Upload(s.w.ctx, ref.Collection, &stream); err != nil {
			continue // written down already
		}
	}
	return nil
}

// doAnnounces announces items without asking whether they may be.
func doAnnounces(s *station, c command) error {
	known, ids, err := s.w.itemsIn(c, c.words)
	if err != nil {
		return err
	}
	var items transport.Bits
	for _, id := range ids {
		i, _ := known.Index(id)
		items = items.Add(i)
	}
	_, err = s.ToHub().Announce(s.w.ctx, transport.Announcement{Author: known.Author(), ID: known.ID(), Items: items, URL: s.URL(), Endpoint: s.Source().Endpoint})
	return err
}

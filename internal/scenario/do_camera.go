package scenario

import (
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

var cameraVerbs = map[string]func(*station, command) error{
	"makes": doMakes, "shares": doShares,
}

// doMakes makes a collection.
func doMakes(s *station, c command) error {
	handle, err := one(c.words, "collection")
	if err != nil {
		return err
	}
	h := collection.Header{Title: c.quoted, Authority: s.w.Authority()}
	switch {
	case h.Title == "" && c.after["on"] != nil:
		h.Title = device.Title(s.w.Now(), strings.Join(c.after["on"], " "), s.w.user(s.User))
	case h.Title == "":
		h.Title = capital(handle)
	}
	if len(c.after["by"]) > 0 {
		if h.ID, err = s.rekey(c.after["of"]); err != nil {
			return err
		}
	} else if s.ids.Items != nil {
		h.ID, s.ids = s.ids.Collection, transport.Identifiers{}
	}
	b, err := s.w.body(c)
	if err != nil {
		return err
	}
	if cover := c.after["cover"]; len(cover) > 0 {
		h.Hints.Cover = s.w.items[cover[0]]
	}
	made, err := s.make(h, b, c.after["mail"])
	if err == nil {
		s.w.collections[handle] = made
	}
	return err
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// make makes a collection on a camera or a peer.
func (s *station) make(h collection.Header, b collection.Body, mail []string) (collection.Collection, error) {
	if s.Device != nil {
		name, err := s.Device.MakeFor(s.w.ctx, h, b, mail...)
		if err != nil {
			return collection.Collection{}, err
		}
		return s.Device.Collection(s.w.ctx, name)
	}
	name, err := s.Author.Make(s.w.ctx, h, b, s.Card.Open)
	if err != nil {
		return collection.Collection{}, err
	}
	v, err := s.Reader.View(s.w.ctx, name)
	if err != nil {
		return collection.Collection{}, err
	}
	return v.Collection(), nil
}

// body returns what a collection is made of.
func (w *World) body(c command) (b collection.Body, err error) {
	ids, err := lookUp(w.items, c.after["of"])
	if err != nil {
		return b, err
	}
	for i, id := range ids {
		b.Items = append(b.Items, collection.Item{ID: id, MediaType: w.mediaTypes[c.after["of"][i]]})
	}
	if b.Recipients, err = lookUp(w.people, c.after["for"]); err != nil {
		return b, err
	}
	if b.Completers, err = lookUp(w.people, c.after["completers"]); err != nil {
		return b, err
	}
	for _, handle := range c.after["replacing"] {
		was, err := w.find(handle)
		if err != nil {
			return b, err
		}
		b.Replaces = append(b.Replaces, was.ID())
	}
	for _, handle := range c.after["subs"] {
		sub, err := w.find(handle)
		if err != nil {
			return b, err
		}
		b.Subs = append(b.Subs, sub.Name())
	}
	if len(c.after["kind"]) > 0 {
		return b, b.Kind.UnmarshalText([]byte(c.after["kind"][0]))
	}
	return b, nil
}

// doShares shares a collection with the hub or over a local link.
func doShares(s *station, c command) error {
	handle, err := one(c.words, "collection")
	if err != nil {
		return err
	}
	known, err := s.w.find(handle)
	if err != nil {
		return err
	}
	with, err := one(c.after["with"], "station")
	if err != nil {
		return err
	}
	var to transport.ShareReceiver = s.ToHub()
	share := s.Device.Share
	if with != "hub" {
		home, err := s.w.station(with)
		if err != nil {
			return err
		}
		to, share = s.To(home.Station), s.Device.Sync
	}
	if telling := c.after["telling"]; len(telling) > 0 {
		_, err = s.Device.ShareAndNotify(s.w.ctx, to, known.Name(), s.tells(telling))
		return err
	}
	if upto := c.after["upto"]; len(upto) > 0 {
		v, _ := known.Ladder().Index(upto[0])
		_, err = s.Device.ShareVersions(s.w.ctx, to, known.Name(), v+1)
		return err
	}
	_, err = share(s.w.ctx, to, known.Name())
	return err
}

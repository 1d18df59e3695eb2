package scenario

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

var fetchVerbs = map[string]func(*station, command) error{
	"fetches": onVersions(func(s *station, r transport.Ref) error { return s.Reader.Fetch(s.w.ctx, r) }),
	"wishes":  onVersions(func(s *station, r transport.Ref) error { return s.Reader.Wish(s.w.ctx, r) }),
	"searches": onVersions(func(s *station, r transport.Ref) error {
		found, err := s.Reader.Search(s.w.ctx, r)
		for _, source := range found {
			s.w.log.add(s.Name + " finds " + s.w.item(r.Item) + " at " + s.w.stationAt(source.URL))
		}
		return err
	}),
	"prints": onVersions(func(s *station, r transport.Ref) error {
		var out bytes.Buffer
		err := s.Reader.Print(s.w.ctx, r, &out)
		return s.handsOut("prints", r, out.Len(), err)
	}),
	"exports": onVersions(func(s *station, r transport.Ref) error {
		var out bytes.Buffer
		err := s.Reader.Export(s.w.ctx, r, &out)
		return s.handsOut("exports", r, out.Len(), err)
	}),
	"shows": doShows, "reshares": doReshares, "imports": doImports,
}

// onVersions is a verb that takes VERSION of ITEMS in COLLECTION; each item is
// tried.
func onVersions(do func(*station, transport.Ref) error) func(*station, command) error {
	return func(s *station, c command) error {
		refs, err := s.w.refs(c)
		if err != nil {
			return err
		}
		var failed []error
		for _, ref := range refs {
			if err := do(s, ref); err != nil {
				failed = append(failed, errors.New(s.w.explain(err)))
			}
		}
		return errors.Join(failed...)
	}
}

// doShows shows VERSION of all items of COLLECTION.
func doShows(s *station, c command) error {
	handle, err := one(c.after["of"], "collection")
	if err != nil {
		return err
	}
	known, err := s.w.find(handle)
	if err != nil {
		return err
	}
	version, err := s.w.version(c, known)
	if err != nil {
		return err
	}
	var failed []error
	for ref, err := range s.Reader.Versions(s.w.ctx, known.Name(), version) {
		if err != nil {
			failed = append(failed, errors.New(s.w.explain(err)))
			continue
		}
		s.w.log.add(s.Name+" shows "+c.words[0]+" of ", s.w.item(ref.Item))
	}
	return errors.Join(failed...)
}

func (s *station) handsOut(what string, r transport.Ref, bytes int, err error) error {
	if err == nil {
		s.w.log.add(fmt.Sprintf("%s %s %d bytes of %s", s.Name, what, bytes, s.w.item(r.Item)))
	}
	return err
}

// doReshares shares items again, and publishes the new collection.
func doReshares(s *station, c command) error {
	from, ids, err := s.w.itemsIn(c, c.words)
	if err != nil {
		return err
	}
	handle, err := one(c.after["as"], "collection")
	if err != nil {
		return err
	}
	to, err := lookUp(s.w.people, c.after["for"])
	if err != nil {
		return err
	}
	title := c.quoted
	if title == "" {
		title = capital(handle)
	}
	name, err := s.Author.Reshare(s.w.ctx, from.Name(), ids, collection.Header{Title: title, Authority: s.w.Authority()}, to...)
	if err != nil {
		return err
	}
	v, err := s.Reader.View(s.w.ctx, name)
	if err != nil {
		return err
	}
	s.w.collections[handle] = v.Collection()
	return nil
}

// doImports brings a peer versions as they are on a camera's disk, perhaps under
// a wrong name.
func doImports(s *station, c command) error {
	refs, err := s.w.refs(c)
	if err != nil {
		return err
	}
	name, err := one(c.after["from"], "camera")
	if err != nil {
		return err
	}
	from, err := s.w.station(name)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		data := from.Card[ref.Item][ref.Version]
		if as := c.after["as"]; len(as) > 0 {
			known, err := s.w.known(ref.Collection)
			if err != nil {
				return err
			}
			ref.Version, _ = known.Ladder().Index(as[0])
		}
		if err := s.Import(s.w.ctx, ref, bytes.NewReader(data)); err != nil {
			return err
		}
	}
	return nil
}

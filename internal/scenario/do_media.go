package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// What is done with media.
var mediaVerbs = map[string]func(*station, command) error{
	"takes": doTakes, "copies": doCopies, "installs": doInstalls, "views": onVersions((*station).view),
}

// doTakes takes items, photos unless it says otherwise.
func doTakes(s *station, c command) error {
	shot := Shot{Kind: "photo", FFmpeg: s.ffmpeg}
	if as := c.after["as"]; len(as) > 0 {
		shot.Kind = as[0]
	}
	if madeUpTypes[shot.Kind] == "" {
		return usage("nobody can take a %s", shot.Kind)
	}
	var err error
	if shot.Versions, err = places(c.after["with"]); err != nil {
		return err
	}
	for _, shot.Name = range c.words {
		if err := s.take(shot); err != nil {
			return fmt.Errorf("%s: %w", shot.Name, err)
		}
	}
	return nil
}

// doCopies takes photos that are the same as another one, of whatever camera, or the
// same in some versions.
func doCopies(s *station, c command) error {
	name, err := one(c.words, "item")
	if err != nil {
		return err
	}
	versions, err := places(c.after["in"])
	if err != nil {
		return err
	}
	original, known := s.w.photo(name)
	if !known {
		return usage("nobody has %s", name)
	}
	for _, name := range c.after["as"] {
		if err := s.take(Shot{Name: name, Kind: "photo", Versions: []int{0, 2}}); err != nil {
			return err
		}
		copied := s.Card[s.w.items[name]]
		for _, v := range versions {
			copied[v] = original[v]
		}
		s.Card[s.w.items[name]] = copied
	}
	return nil
}

// photo returns an item from the card of a station that has it.
func (w *World) photo(name string) (lab.Photo, bool) {
	for _, s := range w.stations {
		if p, ok := s.Card[w.items[name]]; ok {
			return p, true
		}
	}
	return lab.Photo{}, false
}

// places are those of versions in the default ladder; without names, of the two
// that cameras make.
func places(names []string) ([]int, error) {
	if len(names) == 0 {
		return []int{0, 2}, nil
	}
	var versions []int
	for _, name := range names {
		v, ok := label.DefaultLadder().Index(name)
		if !ok {
			return nil, usage("no version %q", name)
		}
		versions = append(versions, v)
	}
	return versions, nil
}

// take takes an item, whose id is made once.
func (s *station) take(shot Shot) error {
	mediaType, versions, err := s.w.media().Take(s.w.ctx, shot)
	if err != nil {
		return err
	}
	id, known := s.w.items[shot.Name]
	if !known {
		if _, err := io.ReadFull(s.w.Random("items of "+s.Name), id[:]); err != nil {
			return err
		}
		s.w.items[shot.Name] = id
	}
	var p lab.Photo
	for v, data := range versions {
		p[v] = data
	}
	s.Card[id], s.w.mediaTypes[shot.Name] = p, mediaType
	return nil
}

// doInstalls installs a program, of which there is one.
func doInstalls(s *station, c command) error {
	program, err := one(c.words, "program")
	if err == nil && program != "ffmpeg" {
		err = usage("nobody needs %s", program)
	}
	s.ffmpeg = s.ffmpeg || err == nil
	return err
}

// render makes a version at a peer, and writes down that it cannot.
func (s *station) render(ctx context.Context, p peer.Picture, to io.Writer) error {
	err := s.w.media().Renderer(s.ffmpeg).Render(ctx, p, to)
	if err == nil && s.artist {
		_, err = fmt.Fprintf(to, " as %s does it", s.Name)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		s.w.log.add(fmt.Sprintf("%s cannot make %s of %s: %v", s.Name, p.Version.Name, s.w.item(p.Item.ID), err))
	}
	return err
}

// view shows a version to the peer's user, with what is known of the item.
func (s *station) view(r transport.Ref) error {
	data, err := s.shown(r)
	if err != nil {
		return err
	}
	v, err := s.Reader.View(s.w.ctx, r.Collection)
	if err != nil {
		return err
	}
	i, _ := v.Collection().Index(r.Item)
	what, err := s.w.media().Look(r.Version, data)
	if err == nil {
		s.w.log.add(fmt.Sprintf("%s shows %s of %s, %s: %s", s.Name, s.versionName(r), s.w.item(r.Item), v.Collection().Item(i).MediaType, what))
	}
	return err
}

// shown returns the bytes of a version that the peer's user may view.
func (s *station) shown(r transport.Ref) ([]byte, error) {
	b, err := s.Reader.Open(s.w.ctx, r)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
}

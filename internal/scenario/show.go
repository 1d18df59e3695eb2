package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// changes describes what has changed since it was called last: the collections
// that each station has, the hub first.
func (w *World) changes() ([]string, error) {
	var lines []string
	for _, s := range append([]*station{w.hub}, w.stations...) {
		for _, handle := range w.handles() {
			now, err := s.news(handle)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", s.Name, handle, err)
			}
			lines = append(lines, now...)
			if s.Device != nil {
				continue
			}
			if now, err = s.waiting(w.collections[handle]); err != nil {
				return nil, err
			}
			lines = append(lines, w.isNew(s.Name+" waiting/"+handle, now)...)
		}
	}
	return lines, nil
}

// news describes what a station has of a collection if that is not what was shown
// last. A peer whose record of it is the same has no news, unless it was started
// again.
func (s *station) news(handle string) ([]string, error) {
	name := s.w.collections[handle].Name()
	if s.Peer != nil {
		state, err := s.state(name)
		switch {
		case errors.Is(err, transport.ErrNotFound):
			return nil, nil
		case err != nil:
			return nil, err
		}
		record := fmt.Sprint(state.Parts())
		if record == s.seen[handle] {
			return nil, nil
		}
		s.seen[handle] = record
	}
	now, err := s.describe(name)
	return s.w.isNew(s.Name+"/"+handle, now), err
}

// isNew returns lines unless they were shown last time.
func (w *World) isNew(key string, lines []string) []string {
	text := strings.Join(lines, "\n")
	if text == w.shown[key] {
		return nil
	}
	w.shown[key] = text
	if len(lines) == 0 {
		return []string{strings.Replace(key, " waiting/", " keeps no notification of ", 1) + " any more"}
	}
	return lines
}

// handles lists the collections in the order of their handles.
func (w *World) handles() []string {
	var all []string
	for handle := range w.collections {
		all = append(all, handle)
	}
	slices.Sort(all)
	return all
}

// describe returns what a station has of a collection; nothing if it has none.
func (s *station) describe(name collection.Name) ([]string, error) {
	var lines []string
	var err error
	switch {
	case s == s.w.hub:
		lines, err = s.describeHub(name)
	case s.Peer != nil:
		lines, err = s.describePeer(name)
	}
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	return lines, err
}

// describeHub reads what the hub has from its store.
func (s *station) describeHub(name collection.Name) ([]string, error) {
	state, err := s.state(name)
	if err != nil {
		return nil, err
	}
	c := state.Collection
	lines := []string{s.headline(c)}
	lines = append(lines, s.w.itemLines(c, func(i int) string {
		return "stores " + s.versions(c, func(v int) bool { return s.stores(c, i, v) })
	})...)
	if n := count(c.Addresses()); n > 0 {
		line := "\tshared with " + plural(n, "blinded address")
		for _, user := range c.Resolved() {
			line += ", which is " + s.w.user(user)
		}
		lines = append(lines, line)
	}
	for _, source := range state.Sources {
		lines = append(lines, "\toriginals of "+s.w.places(c, source.Items)+" are at "+s.w.stationAt(source.URL))
	}
	return lines, nil
}

// state reads a collection's state from the store.
func (s *station) state(name collection.Name) (engine.State, error) {
	return lab.State(s.w.ctx, s.Store, name)
}

func versionKey(c collection.Collection, d collection.Digest) string {
	return "v/" + c.Author().String() + "/" + d.String()
}

// stores looks for the bytes of a version.
func (s *station) stores(c collection.Collection, i, v int) bool {
	d, ok := c.Digest(i, v)
	if !ok {
		return false
	}
	_, err := lab.Version(s.w.ctx, s.Store, versionKey(c, d))
	return err == nil
}

// waiting lists the notifications that wait for recipients of a collection.
func (s *station) waiting(c collection.Collection) ([]string, error) {
	var lines []string
	for r, err := range s.Store.Scan(s.w.ctx, "o/", "", 0) {
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(r.Key, "/"+c.Name().String()) {
			continue
		}
		e, err := transport.Decode[lab.Entry](r.Value)
		if err != nil {
			return nil, err
		}
		n := e.Notification
		if n.To == n.Author && n.Reason != notify.Resolved {
			continue // it tells no news, but what there is
		}
		read, err := s.w.hasRead(n.To, s)
		if err != nil {
			return nil, err
		}
		if read >= e.Number {
			continue
		}
		if read < e.First && n.Reason != notify.Resolved && n.Reason != notify.Ended && n.Reason != notify.Removed {
			n.Reason = notify.Shared
		}
		lines = append(lines, fmt.Sprintf("%s keeps a notification of %s for %s: %s, %d of %d labelled", s.Name, s.w.handle(n.Name()), s.w.user(n.To), n.Reason, n.Labelled, n.Items))
	}
	slices.Sort(lines)
	return lines, nil
}

// hasRead returns up to which number the stations of a user have read what another one has
// to tell.
func (w *World) hasRead(u collection.UserID, at *station) (n uint64, err error) {
	var home transport.Source
	if at.Peer != nil {
		home = at.Source()
	}
	for _, s := range w.stations {
		if s.User != u || s.Store == nil {
			continue
		}
		c, err := lab.HasRead(w.ctx, s.Store, home)
		if err != nil {
			return 0, err
		}
		n = max(n, c.Number)
	}
	return n, nil
}

// describePeer asks a peer what its user sees.
func (s *station) describePeer(name collection.Name) ([]string, error) {
	v, err := s.Reader.View(s.w.ctx, name) // verifies all seals again
	if errors.Is(err, transport.ErrSeal) {
		return []string{s.Name + " has " + s.w.handle(name) + ", whose seals it cannot verify"}, nil
	}
	if err != nil {
		return nil, err
	}
	c := v.Collection()
	head := s.headline(c)
	if v.Draft() {
		head += ", a draft"
	}
	return append([]string{head}, s.w.itemLines(c, func(i int) string {
		held := s.versions(c, v.Held(i).Has)
		return "holds " + held + "; may " + rights(v, c, i)
	})...), nil
}

// headline says who has which edition of a collection, and who vouches for it.
func (s *station) headline(c collection.Collection) string {
	h := c.Header()
	var seals []string
	if len(h.AuthorSeal) > 0 {
		seals = append(seals, s.w.user(c.Author()))
	}
	if len(h.AuthoritySeal) > 0 {
		seals = append(seals, "the hub")
	}
	if len(seals) == 0 {
		seals = []string{"nobody"}
	}
	text := fmt.Sprintf("%s has %s %q, edition %d, sealed by %s", s.Name, s.w.handle(c.Name()), h.Title, h.Edition, strings.Join(seals, " and "))
	var replaced []string
	for id := range c.Replaces() {
		replaced = append(replaced, s.w.handle(collection.Name{Author: c.Author(), ID: id}))
	}
	if len(replaced) > 0 {
		text += ", in place of " + strings.Join(replaced, ", ")
	}
	if c.Ended() {
		text += "; ended"
	}
	return text
}

// itemLines returns the label and a description of each item; items of which the
// same is to be said, together.
func (w *World) itemLines(c collection.Collection, describe func(i int) string) []string {
	var order []string
	names := map[string][]string{}
	i := 0
	for id, rank := range c.Items() {
		text := rank.String() + "; " + describe(i)
		if caption := c.Item(i).Caption; caption != "" {
			text = fmt.Sprintf("%q; %s", caption, text)
		}
		if names[text] == nil {
			order = append(order, text)
		}
		names[text] = append(names[text], w.item(id))
		i++
	}
	var lines []string
	for _, text := range order {
		lines = append(lines, "\t"+strings.Join(names[text], ", ")+": "+text)
	}
	return lines
}

// versions names the versions for which has says yes.
func (s *station) versions(c collection.Collection, has func(int) bool) string {
	var names []string
	for v, version := range c.Ladder() {
		if has(v) {
			names = append(names, version.Name)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// rights says what may be done with the versions of an item: versions with the
// same rights together.
func rights(v *peer.View, c collection.Collection, i int) string {
	var texts []string
	ladder := c.Ladder()
	for first := 0; first < len(ladder); {
		r := v.Rights(i, first)
		end := first + 1
		for end < len(ladder) && v.Rights(i, end) == r {
			end++
		}
		name := ladder[first].Name
		switch {
		case first == 0 && end == len(ladder) && r == 0:
			return "do nothing with any version"
		case first == 0 && end == len(ladder):
			name = "all versions"
		case end-first > 1:
			name += " to " + ladder[end-1].Name
		}
		texts = append(texts, rightsText(r)+" "+name)
		first = end
	}
	return strings.Join(texts, "; ")
}

func rightsText(r label.Rights) string {
	switch r {
	case label.All:
		return "do everything with"
	case 0:
		return "nothing with"
	}
	return strings.ReplaceAll(r.String(), "|", " and ")
}

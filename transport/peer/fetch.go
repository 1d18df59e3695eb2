package peer

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Search asks the network who serves an item's complete version. The errors
// are the gate's, which cause no request, and those of the hub;
// transport.ErrUnreachable if nobody serves it.
func (p *Reader) Search(ctx context.Context, ref transport.Ref) ([]transport.Source, error) {
	return station.Inside(&p.drain, func() ([]transport.Source, error) {
		v, i, err := p.check(ctx, ref, label.Search)
		if err != nil {
			return nil, err
		}
		found, _, err := p.search(ctx, v, i)
		if err != nil {
			return nil, err
		}
		// The search brought the latest labels with it.
		if _, _, err := p.check(ctx, ref, label.Search); err != nil {
			return nil, err
		}
		return found, nil
	})
}

// search asks the hub for the sources of an item, and takes what else is new; if there are none
// that are not known already, it has others found, and reports that.
func (p *Reader) search(ctx context.Context, v *View, i int) (all []transport.Source, found bool, err error) {
	name := v.Collection().Name()
	known, err := p.homesOf(ctx, name)
	if err != nil {
		return nil, false, err
	}
	before, finds := p.sources(v, i), p.cfg.Find != nil || v.Collection().Authority().IsZero()
	if p.cfg.Hub != nil || len(known) > 0 {
		if err = p.refresh(ctx, name); err != nil && (!finds || !mayHelp(err)) {
			return nil, false, err
		}
		if v, err = p.View(ctx, name); err != nil {
			return nil, false, err
		}
	}
	if finds && len(others(p.sources(v, i), before)) == 0 {
		if v, err = p.find(ctx, v, i); err != nil {
			return nil, true, err
		}
		found = true
	}
	if all = p.sources(v, i); len(all) == 0 {
		return nil, found, transport.ErrUnreachable
	}
	return all, found, nil
}

// sources are the other stations that serve an item, as far as is known here.
func (p *Reader) sources(v *View, i int) []transport.Source {
	var found []transport.Source
	for _, s := range v.Sources() {
		if s.Items.Has(i) && !p.isOwn(s) {
			found = append(found, s)
		}
	}
	return found
}

// Fetch gets versions that are not here: partial ones from the hub, complete
// ones directly from stations that serve them, block by block, each checked
// as it comes. What broke off goes on where it ended, at the next call or with
// the next station, and nothing of it is read again, unless the process was killed. An
// original of more than a megabyte comes from up to 16 stations at once, in pieces, of which
// up to 16 MiB are in memory (of one station's 1 MiB), and which are checked as they come: the
// fastest bring most, and what one of them does not bring, or too late, another one does. Many originals of one collection come in few requests, at
// once from all stations that serve them: of each original from one at a time, and of it in
// memory never more than some hundred kilobytes. A station that has sent other bytes than
// those of the digest is not asked again for a day, unless nobody else serves what is
// wanted. Of several that want the same bytes at once, of one item or of
// items with equal versions, one gets them for all. Of a version without a digest
// the latest edition is asked for first, and for many items whose sources fail the
// hub is asked for others once, both unless the network has just told of the
// collection, within a minute. The errors are the gate's, which cause no request
// unless the label comes with the answer to one, transport.ErrUnreachable, with
// label.ErrUnreachable, if nobody serves it, transport.ErrPending, with label.ErrPending,
// if it has still to come to the hub, transport.ErrDigest if all who do send
// other bytes, transport.ErrTooLarge if a partial version has more than it claims or
// than Config.MaxPartial, and transport.ErrStorage.
//
// The error of many is that of each that has not come, joined; after an error of the store
// or of ctx the others are not tried.
func (p *Reader) Fetch(ctx context.Context, refs ...transport.Ref) error {
	return p.drain.Do(func() error {
		if len(refs) == 1 {
			return p.fetch(ctx, refs[0])
		}
		return p.fetchMany(ctx, refs)
	})
}

// fetchMany fetches the originals among many versions together, and then what is left, one
// by one.
func (p *Reader) fetchMany(ctx context.Context, refs []transport.Ref) error {
	views := map[collection.Name]*View{} // afterwards
	var failed []error
	for _, ref := range refs {
		var err error
		if _, ok := views[ref.Collection]; !ok {
			err = p.fetchTogether(ctx, ref.Collection, refs)
			views[ref.Collection], _ = p.View(ctx, ref.Collection)
		}
		if err == nil && !views[ref.Collection].has(ref) {
			err = p.fetch(ctx, ref)
		}
		if failed = append(failed, err); errors.Is(err, transport.ErrStorage) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// has reports whether a version is here and might be fetched; of no View it is not.
func (v *View) has(ref transport.Ref) bool {
	if v == nil {
		return false
	}
	i, ok := v.Collection().Index(ref.Item)
	return ok && v.Held(i).Has(ref.Version) && v.Check(i, ref.Version, label.Fetch) == nil
}

// fetchTogether fetches the originals of a collection among many versions, as far as they
// are known to be served.
func (p *Reader) fetchTogether(ctx context.Context, name collection.Name, refs []transport.Ref) error {
	v, err := p.View(ctx, name)
	if err != nil {
		return nil // each of them will say so
	}
	var items transport.Bits
	last := len(v.Collection().Ladder()) - 1
	for _, ref := range refs {
		i, ok := v.Collection().Index(ref.Item)
		if ok && ref.Collection == name && ref.Version == last && !v.Held(i).Has(last) && v.Check(i, last, label.Fetch) == nil {
			items = items.Add(i)
		}
	}
	if items.Len() < 2 {
		return nil
	}
	return p.fetchOriginals(ctx, v, items)
}

func (p *Reader) fetch(ctx context.Context, ref transport.Ref) error {
	v, i, err := p.check(ctx, ref, label.Fetch)
	if err != nil {
		return err
	}
	if v.Held(i).Has(ref.Version) {
		return nil
	}
	from := p.fetchOriginal
	if ref.Version < len(v.Collection().Ladder())-1 {
		if v, i, err = p.seekDigest(ctx, v, ref, i); err != nil {
			return err
		}
		from = p.fetchPartial
	}
	err = p.core.Versions.Once(ctx, v.Collection(), i, ref.Version, func() error { return from(ctx, v, ref, i) })
	if err != nil {
		return p.notFetched(ctx, v, ref, i, err)
	}
	return p.stored(ctx, ref.Collection, transport.BitsOf(i), ref.Version)
}

// notFetched returns what a user is told of a fetch that failed: that of a label, if
// one came with the answer to who else has the version.
func (p *Reader) notFetched(ctx context.Context, v *View, ref transport.Ref, i int, err error) error {
	if elsewhere(err) {
		if _, _, refused := p.check(ctx, ref, label.Fetch); errors.Is(refused, label.ErrRefused) {
			return refused
		}
	}
	return v.refused(ref, i, err)
}

// stored notes that a version of some items is here.
func (p *base) stored(ctx context.Context, name collection.Name, items transport.Bits, version int) error {
	got := make([]transport.Bits, version+1)
	got[version] = items
	_, err := p.core.Step(ctx, name, engine.Stored{Versions: got})
	return err
}

// fetchOriginal tries the stations that are known to serve an item, and asks
// the hub for others only if none of them serves it, and it was not just asked: then
// it tries those that others of its fetches have found.
func (p *Reader) fetchOriginal(ctx context.Context, v *View, ref transport.Ref, i int) error {
	known := p.sources(v, i)
	err := p.fetchFromAny(ctx, v, ref, i, known)
	if err == nil || isFinal(ctx, err) {
		return err
	}
	if p.recent.searched(ref, p.cfg.Now()) {
		now, viewErr := p.View(ctx, ref.Collection)
		if viewErr != nil {
			return viewErr
		}
		if found := others(p.sources(now, i), known); len(found) > 0 {
			return p.fetchFromAny(ctx, now, ref, i, found)
		}
		return err
	}
	sources, found, err := p.search(ctx, v, i)
	p.recent.note(ref.Collection, ref.Item, p.cfg.Now())
	if err != nil {
		return err
	}
	untried := others(sources, known)
	err = p.fetchFromAny(ctx, v, ref, i, append(untried, others(sources, untried)...))
	if err == nil || found || p.cfg.Find == nil || isFinal(ctx, err) {
		return err
	}
	now, findErr := p.find(ctx, v, i) // those of whom the hub has told are of no use
	if findErr != nil {
		return cmp.Or(ctx.Err(), err)
	}
	if more := others(p.sources(now, i), sources); len(more) > 0 {
		return p.fetchFromAny(ctx, now, ref, i, more)
	}
	return err
}

// isFinal reports whether no other station would help.
func isFinal(ctx context.Context, err error) bool {
	return errors.Is(err, transport.ErrStorage) || errors.Is(err, label.ErrRefused) || ctx.Err() != nil
}

// others are the sources that are not among those known.
func others(sources, known []transport.Source) []transport.Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s transport.Source) bool {
		return slices.ContainsFunc(known, func(k transport.Source) bool { return k.User == s.User && k.URL == s.URL })
	})
}

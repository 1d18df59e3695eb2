package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
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
		found, err := p.search(ctx, v, i)
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

// search asks the hub for the sources of an item, and takes what else is new.
func (p *Reader) search(ctx context.Context, v *View, i int) ([]transport.Source, error) {
	name := v.Collection().Name()
	known, err := p.homesOf(ctx, name)
	if err != nil {
		return nil, err
	}
	if p.cfg.Hub != nil || len(known) > 0 {
		if err := p.refresh(ctx, name); err != nil {
			return nil, err
		}
		if v, err = p.View(ctx, name); err != nil {
			return nil, err
		}
	}
	found := p.sources(v, i)
	if len(found) == 0 {
		return nil, transport.ErrUnreachable
	}
	return found, nil
}

// sources are the other stations that serve an item, as far as is known here.
func (p *Reader) sources(v *View, i int) []transport.Source {
	var found []transport.Source
	for _, s := range v.Sources() {
		if s.Items.Has(i) && s.URL != p.cfg.URL {
			found = append(found, s)
		}
	}
	return found
}

// Fetch gets a version that is not here: partial ones from the hub, complete
// ones directly from a station that serves them, block by block, each checked
// as it comes. What broke off goes on where it ended, at the next call or with
// the next station. Of several that want the same bytes at once, of one item or of
// items with equal versions, one gets them for all. Of a version without a digest
// the latest edition is asked for first, and for many items whose sources fail the
// hub is asked for others once, both unless the network has just told of the
// collection, within a minute. The errors are the gate's, which cause no request
// unless the label comes with the answer to one, transport.ErrUnreachable, with
// label.ErrUnreachable, if nobody serves it, transport.ErrPending, with label.ErrPending,
// if it has still to come to the hub, transport.ErrDigest if all who do send
// other bytes, transport.ErrTooLarge if a partial version has more than it claims or
// than Config.MaxPartial, and transport.ErrStorage.
func (p *Reader) Fetch(ctx context.Context, ref transport.Ref) error {
	return p.drain.Do(func() error { return p.fetch(ctx, ref) })
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
	return p.stored(ctx, ref.Collection, i, ref.Version)
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

// stored notes that a version is here.
func (p *base) stored(ctx context.Context, name collection.Name, item, version int) error {
	got := make([]transport.Bits, version+1)
	got[version] = transport.BitsOf(item)
	_, err := p.core.Step(ctx, name, engine.Stored{Versions: got})
	return err
}

// fetchOriginal tries the stations that are known to serve an item, and asks
// the hub for others only if none of them serves it, and it was not just asked: then
// it tries those that others of its fetches have found.
func (p *Reader) fetchOriginal(ctx context.Context, v *View, ref transport.Ref, i int) error {
	known := p.sources(v, i)
	err := p.fetchFromAny(ctx, v, ref, i, known)
	if err == nil || errors.Is(err, transport.ErrStorage) || errors.Is(err, label.ErrRefused) || ctx.Err() != nil {
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
	sources, err := p.search(ctx, v, i)
	p.recent.note(ref.Collection, ref.Item, p.cfg.Now())
	if err != nil {
		return err
	}
	return p.fetchFromAny(ctx, v, ref, i, sources)
}

// others are the sources that are not among those known.
func others(sources, known []transport.Source) []transport.Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s transport.Source) bool {
		return slices.ContainsFunc(known, func(k transport.Source) bool { return k.User == s.User && k.URL == s.URL })
	})
}

// fetchFromAny fetches a version from the first station that serves it.
func (p *Reader) fetchFromAny(ctx context.Context, v *View, ref transport.Ref, i int, sources []transport.Source) error {
	var failed []error
	for _, source := range sources {
		if _, _, err := p.check(ctx, ref, label.Fetch); err != nil {
			return err // a label came meanwhile
		}
		err := p.fetchFrom(ctx, v, ref, i, source)
		if err == nil || errors.Is(err, transport.ErrStorage) || ctx.Err() != nil {
			return err
		}
		p.cfg.Log.Warn("source failed", "address", source.URL, "item", ref.Item, "error", err)
		failed = append(failed, fmt.Errorf("%s: %w", source.URL, transport.Wrap(err)))
	}
	if len(failed) == 0 {
		return transport.ErrUnreachable
	}
	return errors.Join(failed...)
}

func (p *Reader) fetchFrom(ctx context.Context, v *View, ref transport.Ref, i int, source transport.Source) error {
	root, err := station.Digest(v.Collection(), i, ref.Version)
	if err != nil {
		return err
	}
	from, err := p.core.Versions.Part(ctx, v.Collection(), i, ref.Version)
	if err != nil {
		return err
	}
	at, err := p.cfg.Dial.Reach(source)
	if err != nil {
		return err
	}
	stream, err := at.Original(ctx, ref, from, -1)
	if errors.Is(err, transport.ErrClosed) {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	if err != nil {
		return err
	}
	defer stream.Close()
	if from > stream.Size {
		return transport.At(transport.ErrMalformed, "less than is here already")
	}
	r, err := digest.NewReader(stream, root, stream.Size, from, stream.Size-from)
	if err != nil {
		return transport.Wrap(err)
	}
	_, err = p.core.Versions.Receive(ctx, v.Collection(), i, ref.Version, from, proved{r})
	return err
}

// proved is a version that comes with its proof. What ended early another source goes
// on with; that is not the error of one that lied.
type proved struct{ *digest.Reader }

func (p proved) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	return n, endedEarly(err)
}

// WriteTree is as that of digest.Reader.
func (p proved) WriteTree(w io.Writer) (*digest.Tree, error) {
	tree, err := p.Reader.WriteTree(w)
	return tree, endedEarly(err)
}

func endedEarly(err error) error {
	_, read := errors.AsType[*digest.BlockError](err)
	if read && (errors.Is(err, digest.ErrTruncated) || !errors.Is(err, digest.ErrInvalid)) {
		return fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return err
}

package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
)

// render makes the missing versions that are not here, and a new edition with
// the digests of those that have none yet. It returns those that it cannot make:
// what another station has made in another way before, and what the Renderer
// cannot make.
func (p *Author) render(ctx context.Context, c collection.Collection, missing []transport.Bits) (made collection.Collection, cannot []transport.Bits, err error) {
	s, err := p.core.Load(ctx, c.Name())
	if err != nil {
		return c, nil, err
	}
	var jobs []job
	for v, items := range missing {
		for i := range items.Places() {
			_, known := c.Digest(i, v)
			if !(known && s.Holds(i, v)) && s.Holds(i, len(c.Ladder())-1) {
				jobs = append(jobs, job{item: i, version: v})
			}
		}
	}
	if len(jobs) == 0 {
		return c, nil, nil
	}
	if err := p.renderAll(ctx, c, jobs); err != nil {
		return c, nil, err
	}
	jobs, cannot, err = p.joinMade(ctx, c.Name(), jobs)
	if err != nil {
		return c, nil, err
	}
	got := make([]transport.Bits, len(c.Ladder()))
	for _, j := range jobs {
		got[j.version] = got[j.version].Add(j.item)
	}
	r, err := p.core.Step(ctx, c.Name(), engine.Stored{Versions: got})
	return r.State.Collection, cannot, err
}

// joinMade makes the edition that has what was made, of the one that is here by then: somebody
// may have edited it meanwhile, and given items other previews.
func (p *Author) joinMade(ctx context.Context, name collection.Name, all []job) (jobs []job, cannot []transport.Bits, err error) {
	for range editTries {
		s, failed := p.core.Load(ctx, name)
		if failed != nil {
			return nil, nil, failed
		}
		jobs, cannot = usable(s.Collection, all)
		var made collection.Collection
		if made, err = p.withDigests(ctx, s.Collection, jobs); err != nil {
			break
		}
		_, err = p.join(ctx, made, nil)
		if !errors.Is(err, collection.ErrPreviewChanged) && !errors.Is(err, collection.ErrDigestChanged) {
			break
		}
	}
	return jobs, cannot, err
}

// editTries is how often what was made is put into an edition that another one came before.
const editTries = 4

// job is one version to be made, and then its digest and its preview, or that it
// cannot be made.
type job struct {
	item, version int
	digest        collection.Digest
	preview       []byte
	cannot        bool
}

// renderAll makes versions, several at once, and stores them.
func (p *Author) renderAll(ctx context.Context, c collection.Collection, jobs []job) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan *job)
	var workers sync.WaitGroup
	for range min(p.cfg.Workers, len(jobs)) {
		workers.Go(func() {
			for j := range next {
				if err := p.renderOne(ctx, c, j); err != nil {
					id, _ := c.At(j.item)
					cancel(fmt.Errorf("version %d of item %v: %w", j.version, id, err))
				}
			}
		})
	}
	for i := range jobs {
		if ctx.Err() == nil {
			next <- &jobs[i]
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

func (p *Author) renderOne(ctx context.Context, c collection.Collection, j *job) error {
	ladder := c.Ladder()
	original, err := p.core.Versions.Open(ctx, c, j.item, len(ladder)-1)
	if err != nil {
		return err
	}
	defer original.Close()
	var out bytes.Buffer
	picture := Picture{Item: c.Item(j.item), Version: ladder[j.version], Original: original}
	err = p.cfg.Render.Render(ctx, picture, &out)
	if errors.Is(err, errors.ErrUnsupported) {
		p.tellOf(event.LeftOut, transport.Ref{Collection: c.Name(), Item: picture.Item.ID, Version: j.version}, err)
		j.cannot = true
		return nil
	}
	if err == nil {
		j.preview = p.preview(c.Name(), picture.Item, j.version, out.Bytes())
		j.digest, err = p.core.Versions.Keep(ctx, c.Author(), out.Bytes())
	}
	return err
}

// preview makes a preview of a version, if its item has none and the Renderer can.
func (p *Author) preview(name collection.Name, item collection.Item, of int, version []byte) []byte {
	r, can := p.cfg.Render.(Previewer)
	if !can || len(item.Preview) > 0 {
		return nil
	}
	preview, err := r.Preview(version)
	if err != nil {
		p.tellOf(event.LeftOut, transport.Ref{Collection: name, Item: item.ID, Version: of}, fmt.Errorf("preview: %w", err))
		return nil
	}
	return preview
}

// usable leaves out the versions that could not be made, and those that somebody
// has made in another way before: their digests stay as they are.
func usable(c collection.Collection, jobs []job) (made []job, cannot []transport.Bits) {
	cannot = make([]transport.Bits, len(c.Ladder()))
	for _, j := range jobs {
		if d, known := c.Digest(j.item, j.version); j.cannot || known && d != j.digest {
			cannot[j.version] = cannot[j.version].Add(j.item)
		} else {
			made = append(made, j)
		}
	}
	return made, cannot
}

// withDigests makes the edition that has the digests of what was made, and for items
// without a preview that of their smallest version made. It is c, if another station
// of the author has made the same versions before.
func (p *Author) withDigests(ctx context.Context, c collection.Collection, jobs []job) (collection.Collection, error) {
	unknown := slices.DeleteFunc(slices.Clone(jobs), func(j job) bool {
		_, known := c.Digest(j.item, j.version)
		return known
	})
	if len(unknown) == 0 {
		return c, nil
	}
	made, err := c.Edit(func(_ *collection.Header, items []collection.Item) {
		for _, j := range unknown {
			item := &items[j.item]
			for len(item.Digests) < len(c.Ladder()) {
				item.Digests = append(item.Digests, collection.Digest{})
			}
			item.Digests[j.version] = j.digest
			if len(item.Preview) == 0 {
				item.Preview = j.preview
			}
		}
	})
	if err != nil {
		return c, err
	}
	return made.Sign(ctx, p.signer, p.cfg.Now())
}

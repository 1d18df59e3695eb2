package peerprogram

import (
	"context"
	"fmt"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/device"
)

// room lists what each collection takes here, by its versions.
func (s *service) room(ctx context.Context, _ struct{}) (lines []line, err error) {
	for r, err := range s.Storage().Rooms(ctx) {
		l := line{ID: r.Collection.ID.String(), From: s.person(ctx, r.Collection.Author)}
		v, errView := s.Reader.View(ctx, r.Collection)
		switch {
		case r.Collection.ID.IsZero():
			return lines, err
		case err != nil || errView != nil:
			l.State = "cannot be read; peer list says why"
		default:
			l.Title = v.Collection().Title()
			for i, n := range r.Versions {
				l.Bytes += n
				l.State += fmt.Sprintf(", %s %s", v.Collection().Ladder()[i].Name, human.Size(n))
			}
			l.State = strings.TrimPrefix(l.State, ", ")
		}
		lines = append(lines, l)
	}
	return lines, nil
}

type roomWord struct{}

// Run prints it.
func (roomWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	lines, err := call[struct{}, []line](ctx, g.Data, "room", struct{}{})
	var all int64
	for _, l := range lines {
		fmt.Fprintf(env.Out, "%s  %-24s  %9s  %s\n", l.ID[:8], device.Caption(l.Title), human.Size(l.Bytes), l.State)
		all += l.Bytes
	}
	if err == nil {
		fmt.Fprintf(env.Out, "%s in all.\n", human.Size(all))
	}
	return err
}

// drop removes originals that others shared, of which there are copies elsewhere.
func (s *service) drop(ctx context.Context, a asked) (int, error) {
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return 0, err
	}
	refs, _, err := s.refs(a, v, func(i int) bool { return v.Held(i).Has(original(v)) })
	if err != nil || len(refs) == 0 {
		return 0, err
	}
	items := make([]collection.ItemID, len(refs))
	for i, ref := range refs {
		items[i] = ref.Item
	}
	err = s.Storage().Drop(ctx, v.Collection().Name(), original(v), items...)
	s.announce(ctx, v.Collection().Name())
	return len(items), err
}

type dropWord struct {
	Collection string   `arg:"" help:"The title, or the beginning of the id."`
	Items      []string `arg:"" optional:"" help:"Captions of items; all if none is named."`
}

// Run drops.
func (w dropWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	n, err := call[asked, int](ctx, g.Data, "drop", asked{Collection: w.Collection, Items: w.Items})
	if err == nil {
		fmt.Fprintf(env.Out, "%s dropped; peer fetch fetches them again as long as somebody has them.\n", human.Count(n, "original", "originals"))
	}
	return err
}

package peerprogram

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// withdraw takes items of one's own back, for good.
func (s *service) withdraw(ctx context.Context, a asked) (int, error) {
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return 0, err
	}
	refs, _, err := s.refs(a, v, func(i int) bool { return !isWithdrawn(v, i) })
	ids := make([]collection.ItemID, len(refs))
	for i, ref := range refs {
		ids[i] = ref.Item
	}
	if err == nil && len(ids) > 0 {
		err = s.Author.Withdraw(ctx, v.Collection().Name(), ids...)
	}
	return len(ids), err
}

type withdrawWord struct {
	Collection string   `arg:"" help:"The title, or the beginning of the id."`
	Items      []string `arg:"" help:"Captions of items."`
}

// Run withdraws.
func (w withdrawWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	n, err := call[asked, int](ctx, g.Data, "withdraw", asked{Collection: w.Collection, Items: w.Items})
	if err == nil {
		fmt.Fprintf(env.Out, "%s withdrawn; what others have already fetched stays with them.\n", human.Count(n, "original", "originals"))
	}
	return err
}

// endAlbum ends a collection of one's own.
func (s *service) endAlbum(ctx context.Context, a asked) (title string, err error) {
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return "", err
	}
	return v.Collection().Title(), s.Author.End(ctx, v.Collection().Name())
}

type endWord struct {
	Collection string `arg:"" help:"The title, or the beginning of the id."`
}

// Run ends it.
func (w endWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	title, err := call[asked, string](ctx, g.Data, "end", asked{Collection: w.Collection})
	if err == nil {
		fmt.Fprintf(env.Out, "%q has ended: nobody else is shown anything of it any more.\n", title)
	}
	return err
}

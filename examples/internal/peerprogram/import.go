package peerprogram

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// imported is what has come of a folder.
type imported struct {
	line
	Taken, Lacking int // originals: that were in it, and that are not here yet
}

// importFrom takes the originals of a collection that are in a folder, whatever they are called
// there, and publishes them. They are not copied: they are served from where they lie.
func (s *service) importFrom(ctx context.Context, a asked) (done imported, err error) {
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return done, err
	}
	found, err := find.Files(a.Folder)
	if err != nil {
		return done, err
	}
	for _, bad := range found.Bad {
		done.Wrong = append(done.Wrong, bad.LeftOut())
	}
	lacking := lackingOf(v)
	for _, path := range found.Paths() {
		n, err := s.importFile(ctx, v, lacking, path)
		switch {
		case ctx.Err() != nil:
			return done, ctx.Err()
		case err != nil:
			done.Wrong = append(done.Wrong, find.Remark{File: path, Reason: program.Trouble(err)}.LeftOut())
		}
		done.Taken += n
	}
	for _, items := range lacking {
		done.Lacking += len(items)
	}
	done.Title, done.Items = v.Collection().Title(), v.Collection().Len()
	if done.Taken > 0 && s.url != "" {
		_, err = s.publish(ctx, asked{Collection: v.Collection().Name().String()})
	}
	return done, err
}

// lackingOf are the items whose originals are not here, by digest: several may have one.
func lackingOf(v *peer.View) map[collection.Digest][]collection.ItemID {
	lacking := map[collection.Digest][]collection.ItemID{}
	for i := range v.Collection().Len() {
		if d, sealed := v.Collection().Digest(i, original(v)); sealed && !v.Held(i).Has(original(v)) {
			lacking[d] = append(lacking[d], v.Collection().Item(i).ID)
		}
	}
	return lacking
}

// importFile takes a file if it is one of those that are lacking, and returns of how many items.
func (s *service) importFile(ctx context.Context, v *peer.View, lacking map[collection.Digest][]collection.ItemID, path string) (n int, err error) {
	b, err := s.Store.File(path)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	whole := func() io.Reader { return io.NewSectionReader(b, 0, b.Size()) }
	d, _, err := digest.Of(whole())
	for _, item := range lacking[collection.Digest(d)] {
		if err == nil {
			err = s.Import(ctx, transport.Ref{Collection: v.Collection().Name(), Item: item, Version: original(v)}, whole())
		}
		if err == nil {
			n++
		}
	}
	if err == nil {
		delete(lacking, collection.Digest(d))
	}
	return n, err
}

type importWord struct {
	Collection string `arg:"" help:"The title, or the beginning of the id."`
	Folder     string `arg:"" type:"existingdir" help:"Files in it and in the folders below are found by their bytes, whatever they are called, and served from where they lie."`
}

// Run imports.
func (w importWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	done, err := call[asked, imported](ctx, g.Data, "import", asked{Collection: w.Collection, Folder: w.Folder})
	if err != nil {
		return err
	}
	for _, wrong := range done.Wrong {
		fmt.Fprintln(env.Err, wrong)
	}
	fmt.Fprintf(env.Out, "Took %s of %q; %d not here yet.\n", human.Count(done.Taken, "original", "originals"), done.Title, done.Lacking)
	if done.Taken == 0 && done.Lacking > 0 {
		return program.Plain(errors.New("no file in the folder is an original that is not here: one that was edited, or saved anew, is another"))
	}
	return nil
}

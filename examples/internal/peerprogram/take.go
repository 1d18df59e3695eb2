package peerprogram

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/folderlink"
)

// take takes what is in a folder, such as a camera's card.
func (s *service) take(ctx context.Context, folder string) (lines []line, err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	home := s.As(transport.Identity{User: s.Account.User})
	for taken, err := range folderlink.Take(ctx, root, s.Account.User, home, folderlink.Options{}) {
		if ctx.Err() != nil {
			return lines, ctx.Err()
		}
		lines = append(lines, tookOf(taken, err))
	}
	return lines, nil
}

// tookOf says what has become of a collection.
func tookOf(taken folderlink.Taken, err error) (l line) {
	if title := taken.Collection.Title(); title != "" {
		l.Title, l.Items, l.Bytes = title, taken.Collection.Len(), taken.Bytes
	}
	for _, left := range taken.Left {
		l.Wrong = append(l.Wrong, fmt.Sprintf("%s is left out: %s", left.Path, whyLeft(left.Err)))
	}
	switch {
	case errors.Is(err, transport.ErrForbidden):
		l.State = "is somebody else's"
	case errors.Is(err, transport.ErrMalformed), errors.Is(err, transport.ErrSeal):
		l.State = "is damaged, or is not from a camera of yours: " + program.Trouble(err)
	case errors.Is(err, transport.ErrUnreachable):
		l.State = "broke off: the folder is gone; take goes on when it is back"
	case err != nil:
		l.State = program.Trouble(err)
	}
	return l
}

// whyLeft says what is wrong with a file.
func whyLeft(err error) string {
	switch {
	case errors.Is(err, transport.ErrDigest):
		return "it is damaged, or is not as it was shared"
	case errors.Is(err, transport.ErrTooLarge):
		return "it is too large"
	}
	return "it cannot be read"
}

// printTaken prints it, and reports whether all went well.
func (l line) printTaken(env program.Env) bool {
	title := device.Caption(l.Title)
	for _, wrong := range l.Wrong {
		fmt.Fprintln(env.Err, device.Caption(wrong))
	}
	items := human.Count(l.Items, "item", "items")
	switch {
	case l.State != "":
		fmt.Fprintf(env.Err, "%q %s\n", title, l.State)
	case l.Bytes == 0 && len(l.Wrong) == 0:
		fmt.Fprintf(env.Out, "%q is here already: %s.\n", title, items)
	default:
		fmt.Fprintf(env.Out, "Took %q: %s, %s.\n", title, items, human.Size(l.Bytes))
	}
	return l.State == "" && len(l.Wrong) == 0
}

type takeWord struct {
	Folder string `arg:"" type:"existingdir" help:"A card, or the USB drive as which a camera shows itself, onto which camera share -card has written. Nothing is written there."`
}

// Run takes.
func (w takeWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	lines, err := call[string, []line](ctx, g.Data, "take", w.Folder)
	if err != nil {
		return err
	}
	well := true
	for _, l := range lines {
		well = l.printTaken(env) && well
	}
	switch {
	case len(lines) == 0:
		return program.Plain(fmt.Errorf("no camera has written anything for a home into %s; on the camera: camera share FOLDER -with … -card", w.Folder))
	case !well:
		return program.Plain(errors.New("not all was taken; the same command goes on with the rest"))
	}
	return nil
}

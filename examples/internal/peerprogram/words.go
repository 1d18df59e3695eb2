package peerprogram

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// asked is what a word is about: a collection, items of it by their captions, and a folder.
type asked struct {
	Collection string
	Items      []string // none = all
	Folder     string
}

// line is one collection, or one item, as a person sees it.
type line struct {
	ID, Title, From string
	Labelled, Items int
	Bytes           int64 // that it takes here
	State           string
	Wrong           []string // what is not in it, and why
}

// printCollection prints a collection. What others have written is made safe for a terminal.
func (l line) printCollection(env program.Env) {
	fmt.Fprintf(env.Out, "%s  %-24s  %4d %-5s  %4d with a label  from %s  %s\n", l.ID[:8], device.Caption(l.Title), l.Items, "items", l.Labelled, l.From, l.State)
}

// printItem is printCollection of an item.
func (l line) printItem(env program.Env) {
	fmt.Fprintf(env.Out, "%-40s  %s\n", device.Caption(l.Title), l.State)
}

// list lists the collections.
func (s *service) list(ctx context.Context, _ struct{}) (lines []line, err error) {
	names, err := s.Names(ctx)
	for _, name := range names {
		l := line{ID: name.ID.String(), From: s.person(ctx, name.Author)}
		v, err := s.Reader.View(ctx, name)
		if err != nil {
			l.State = program.Trouble(err)
		} else {
			l.Title, l.Items, l.Labelled = v.Collection().Title(), v.Collection().Len(), v.Collection().Labelled()
			if v.Collection().Ended() {
				l.State = "ended"
			}
		}
		lines = append(lines, l)
	}
	return lines, err
}

type listWord struct{}

// Run prints them.
func (listWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	lines, err := call[struct{}, []line](ctx, g.Data, "list", struct{}{})
	for _, l := range lines {
		l.printCollection(env)
	}
	return err
}

// show lists the items of a collection, and writes their thumbnails into a folder.
func (s *service) show(ctx context.Context, a asked) (lines []line, err error) {
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return nil, err
	}
	if a.Folder != "" {
		for _, err := range s.Reader.Versions(ctx, v.Collection().Name(), 0) {
			if err != nil {
				return nil, err
			}
		}
	}
	if v, err = s.Reader.View(ctx, v.Collection().Name()); err != nil {
		return nil, err
	}
	for i := range v.Collection().Len() {
		item := v.Collection().Item(i)
		l := line{ID: item.ID.String(), Title: item.Caption, State: "complete"}
		switch {
		case isWithdrawn(v, i):
			l.State = "withdrawn"
		case labelled(v, i):
			l.State = "label: not there yet"
		}
		if v.Held(i).Has(original(v)) {
			l.State += ", here"
		}
		if a.Folder != "" && v.Held(i).Has(0) {
			name := fileName(i, item.Caption) + ".thumbnail.jpg"
			if err := s.write(ctx, v, i, 0, filepath.Join(a.Folder, name), s.copy); err != nil {
				return lines, err
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

type showWord struct {
	Collection string `arg:"" help:"The title, or the beginning of the id."`
	To         string `type:"path" placeholder:"FOLDER" help:"Write the thumbnails into this folder."`
}

// Run prints the items.
func (w showWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	lines, err := call[asked, []line](ctx, g.Data, "show", asked{Collection: w.Collection, Folder: w.To})
	for _, l := range lines {
		l.printItem(env)
	}
	return err
}

// refs are the originals of the items that are asked for and pass a test.
func (s *service) refs(a asked, v *peer.View, wanted func(i int) bool) (refs []transport.Ref, at []int, err error) {
	for i := range v.Collection().Len() {
		item := v.Collection().Item(i)
		if wanted(i) && (len(a.Items) == 0 || isOne(item, a.Items)) {
			refs = append(refs, transport.Ref{Collection: v.Collection().Name(), Item: item.ID, Version: original(v)})
			at = append(at, i)
		}
	}
	if len(refs) == 0 && len(a.Items) > 0 {
		return nil, nil, program.Plain(fmt.Errorf("no such item in %q; peer show lists all", v.Collection().Title()))
	}
	return refs, at, nil
}

func isOne(item collection.Item, of []string) bool {
	for _, text := range of {
		if item.Caption == text || item.ID.String() == text {
			return true
		}
	}
	return false
}

// wish asks for the originals that are not here.
func (s *service) wish(ctx context.Context, a asked) (int, error) {
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return 0, err
	}
	refs, _, err := s.refs(a, v, func(i int) bool { return !v.Held(i).Has(original(v)) })
	for _, ref := range refs {
		if err := s.Reader.Wish(ctx, ref); err != nil {
			return 0, err
		}
	}
	return len(refs), err
}

type wishWord struct {
	Collection string   `arg:"" help:"The title, or the beginning of the id."`
	Items      []string `arg:"" optional:"" help:"Captions of items; all if none is named."`
}

// Run wishes.
func (w wishWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	n, err := call[asked, int](ctx, g.Data, "wish", asked{Collection: w.Collection, Items: w.Items})
	if err == nil {
		fmt.Fprintf(env.Out, "%s wished for; peer run fetches what comes.\n", human.Count(n, "original", "originals"))
	}
	return err
}

// fetched is what came of a fetch.
type fetched struct {
	Files int
	Wrong []string // what did not come, and why
}

// fetch fetches the originals that are there, and writes them into a folder.
func (s *service) fetch(ctx context.Context, a asked) (f fetched, err error) {
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return f, err
	}
	all := func(int) bool { return true }
	refs, at, err := s.refs(a, v, all)
	if err != nil {
		return f, err
	}
	var missing []transport.Ref
	for n, ref := range refs {
		if !v.Held(at[n]).Has(ref.Version) && !labelled(v, at[n]) {
			missing = append(missing, ref)
		}
	}
	if len(missing) > 0 {
		if err := s.Reader.Fetch(ctx, missing...); err != nil && ctx.Err() != nil {
			return f, err
		} // what did not come is said below
	}
	s.announce(ctx, v.Collection().Name())
	var refused error // by whom this station is not known, such as for its clock
	for _, i := range at {
		caption := v.Collection().Item(i).Caption
		err := s.write(ctx, v, i, original(v), filepath.Join(a.Folder, fileName(i, caption)), s.Reader.Export)
		switch {
		case err == nil:
			f.Files++
		case errors.As(err, new(*os.PathError)):
			return f, err
		default:
			if errors.Is(err, transport.ErrUnauthenticated) {
				refused = err
			}
			f.Wrong = append(f.Wrong, device.Caption(caption)+": "+why(err))
		}
	}
	if f.Files == 0 {
		return f, refused // which is true of all
	}
	return f, nil
}

// why says what a person is to know of an item that did not come.
func why(err error) string {
	if refusal, ok := errors.AsType[*label.Refusal](err); ok {
		return refusal.Error()
	}
	return program.Trouble(err)
}

type fetchWord struct {
	Collection string   `arg:"" help:"The title, or the beginning of the id."`
	Items      []string `arg:"" optional:"" help:"Captions of items; all if none is named."`
	To         string   `required:"" type:"path" placeholder:"FOLDER" help:"Where to write the originals."`
}

// Run fetches.
func (w fetchWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	f, err := call[asked, fetched](ctx, g.Data, "fetch", asked{w.Collection, w.Items, w.To})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "%s in %s\n", human.Count(f.Files, "original", "originals"), w.To)
	for _, text := range f.Wrong {
		fmt.Fprintln(env.Out, text)
	}
	if len(f.Wrong) > 0 {
		return program.Plain(fmt.Errorf("%s did not come", human.Count(len(f.Wrong), "original", "originals")))
	}
	return nil
}

// copy writes a version that is here.
func (s *service) copy(ctx context.Context, ref transport.Ref, to writer) error {
	b, err := s.Reader.Open(ctx, ref)
	if err != nil {
		return err
	}
	defer b.Close()
	return copyTo(to, b)
}

// maxName bounds names of files, in bytes, so that there is room for what is put before and
// behind; file systems take 255.
const maxName = 200

// fileName is a name for an item's file, of which no two are the same and none leads out of
// the folder. A long caption is cut before its extension.
func fileName(i int, caption string) string {
	base := filepath.Base(strings.NewReplacer("/", "_", `\`, "_").Replace(device.Caption(caption)))
	if end := filepath.Ext(base); len(base) > maxName {
		if len(end) > maxName/4 {
			end = ""
		}
		base = strings.ToValidUTF8(base[:maxName-len(end)], "") + end
	}
	return fmt.Sprintf("%04d-%s", i+1, strings.TrimLeft(base, "."))
}

package peerprogram

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// shared is what is to be shared.
type shared struct {
	Folder, Title string
	With          []string
	Replaces      string // a collection of one's own that goes on in this one; empty = none
}

// share shares the files in a folder: once, however often that is asked for before it has
// succeeded or after, unless a file has changed.
func (s *service) share(ctx context.Context, a shared) (l line, err error) {
	if err := s.running(); err != nil {
		return l, err
	}
	found, err := find.Files(a.Folder)
	if err != nil {
		return l, err
	}
	to, err := s.recipients(ctx, a.With)
	if err != nil {
		return l, err
	}
	name := collection.Name{Author: s.Account.User}
	if name.ID, err = s.idOf(found.Paths(), to, a); err != nil {
		return l, err
	}
	_, known := s.Reader.View(ctx, name)
	before, err := s.replaced(ctx, a.Replaces, name)
	if err != nil && known != nil { // else it may have ended
		return l, err
	}
	var left []string
	if err = known; errors.Is(known, transport.ErrNotFound) {
		if err = program.IsKnown(ctx, s.Account); err == nil {
			left, err = s.make(ctx, name.ID, a, found, to, before)
		}
	}
	if err == nil {
		l, err = s.publish(ctx, asked{Collection: name.String()})
	}
	for _, v := range before {
		if err == nil {
			err = s.Author.End(ctx, v.Collection().Name())
		}
	}
	l.Wrong = left
	return l, err
}

// replaced is the collection that goes on in another one, if there is one.
func (s *service) replaced(ctx context.Context, text string, in collection.Name) ([]*peer.View, error) {
	if text == "" {
		return nil, nil
	}
	v, err := s.find(ctx, text, in)
	if err != nil {
		return nil, err
	}
	return []*peer.View{v}, nil
}

// idOf is the id of the collection of some files, as they are, for some people: nobody without
// the station's key can guess it, and the same command finds what it has made before.
func (s *service) idOf(paths []string, to recipients, a shared) (id collection.ID, err error) {
	key, err := signature.MarshalPrivateKey(s.Account.Key)
	if err != nil {
		return id, err
	}
	sum := hmac.New(sha256.New, key)
	text := json.NewEncoder(sum)
	err = text.Encode([]any{"peer share", a.Title, a.Replaces, to})
	for _, path := range paths {
		if info, errStat := os.Stat(path); errStat == nil { // one that cannot be read is left out
			err = errors.Join(err, text.Encode([]any{path, info.Size(), info.ModTime()}))
		}
	}
	copy(id[:], sum.Sum(nil))
	return id, err
}

// itemOf is the id of a file as it is, which is the same item in all that it is shared in.
func (s *service) itemOf(path string) collection.ItemID {
	var as string // one that cannot be read is left out
	if info, err := os.Stat(path); err == nil {
		as = fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	}
	return collection.DeriveItemID(collection.ID(s.Account.User), fmt.Appendf(nil, "%s\x00%s", path, as))
}

// make makes the collection, and says what it leaves out.
func (s *service) make(ctx context.Context, id collection.ID, a shared, found *find.Found, to recipients, before []*peer.View) (left []string, err error) {
	for _, bad := range found.Bad {
		left = append(left, bad.LeftOut())
	}
	files := mediafiles.Folder{Original: s.Store.File, Maker: &media.Maker{Engines: program.Engines}}
	body := collection.Body{Recipients: to.Users}
	for _, v := range before {
		body.Replaces = append(body.Replaces, v.Collection().ID())
		a.Title = cmp.Or(a.Title, v.Collection().Title())
	}
	for _, path := range found.Paths() {
		item, err := files.Add(ctx, s.itemOf(path), path)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			left = append(left, find.Remark{File: path, Reason: find.Why(err)}.LeftOut())
		default:
			body.Items = append(body.Items, item)
		}
	}
	if len(body.Items) == 0 {
		return left, program.Plain(errors.New("there is nothing in the folder that could be shared"))
	}
	header := collection.Header{ID: id, Title: cmp.Or(a.Title, device.Title(time.Now(), filepath.Base(a.Folder), "")), Authority: s.Account.Authority.ID()}
	_, err = s.Author.MakeFor(ctx, header, body, files.Open, to.Mail...)
	return left, err
}

type shareWord struct {
	Folder string   `arg:"" type:"existingdir" help:"What is in it and the folders below is shared. Links are followed; hidden files are left out."`
	With   []string `required:"" placeholder:"PERSON" help:"With whom: names in the address book, mail addresses, or ids of users."`
	Title  string   `help:"The title; the day and the folder's name if empty."`

	Replaces string `placeholder:"COLLECTION" help:"A collection of your own that goes on in this one, with what is in the folder now and with whom you name now, and ends."`
}

// Run shares.
func (w shareWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	l, err := call[shared, line](ctx, g.Data, "share", shared{w.Folder, w.Title, w.With, w.Replaces})
	if err == nil {
		l.print(env)
	}
	return err
}

// publish publishes a collection. What cannot be published now, Run publishes when it can.
func (s *service) publish(ctx context.Context, a asked) (line, error) {
	if err := s.running(); err != nil {
		return line{}, err
	}
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return line{}, err
	}
	name := v.Collection().Name()
	if err := s.Author.Publish(ctx, name); errors.Is(err, transport.ErrUnreachable) || errors.Is(err, transport.ErrStopped) {
		s.Author.PublishAt(ctx, name, time.Now()) // which fails as this did, and is tried again
		return line{}, program.Plain(fmt.Errorf("%q is here, and will be published as soon as the hub answers: %s", v.Collection().Title(), program.Trouble(err)))
	} else if err != nil {
		return line{}, err
	}
	if v, err = s.Reader.View(ctx, name); err != nil {
		return line{}, err
	}
	return line{Title: v.Collection().Title(), Items: v.Collection().Len(), Labelled: v.Collection().Labelled()}, nil
}

func (l line) print(env program.Env) {
	for _, wrong := range l.Wrong {
		fmt.Fprintln(env.Err, wrong)
	}
	fmt.Fprintf(env.Out, "Published %s.\n", titled(l.Title, ": ", l.Items, l.Labelled))
}

type publishWord struct {
	Collection string `arg:"" help:"The title, or the beginning of the id."`
}

// Run publishes.
func (w publishWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	l, err := call[asked, line](ctx, g.Data, "publish", asked{Collection: w.Collection})
	if err == nil {
		l.print(env)
	}
	return err
}

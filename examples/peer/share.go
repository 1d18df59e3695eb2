package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
)

// shared is what is to be shared.
type shared struct {
	Folder, Title string
	With          []string
}

// share shares the files in a folder.
func (s *service) share(ctx context.Context, a shared) (line, error) {
	if err := s.running(); err != nil {
		return line{}, err
	}
	paths, err := program.Files(a.Folder)
	if err != nil {
		return line{}, err
	}
	users, err := s.users(ctx, a.With)
	if err != nil {
		return line{}, err
	}
	var id collection.ID
	rand.Read(id[:]) // never fails
	folder := mediafiles.Folder{Original: s.Store.File}
	var items []collection.Item
	for _, path := range paths {
		item, err := folder.Add(ctx, collection.DeriveItemID(id, []byte(path)), path)
		if err != nil {
			return line{}, fmt.Errorf("%s: %w", path, err)
		}
		items = append(items, item)
	}
	if len(items) == 0 {
		return line{}, program.Plain(errors.New("there is nothing in the folder that could be shared"))
	}
	header := collection.Header{ID: id, Title: cmp.Or(a.Title, device.Title(time.Now(), filepath.Base(a.Folder), "")), Authority: s.Account.Authority.ID()}
	name, err := s.Author.Make(ctx, header, collection.Body{Items: items, Recipients: users}, folder.Open)
	if err != nil {
		return line{}, err
	}
	return s.publish(ctx, asked{Collection: name.String()})
}

// users are those of some names, of the address book, or ids.
func (s *service) users(ctx context.Context, who []string) (users []collection.UserID, err error) {
	known, err := s.contacts(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	for _, text := range who {
		var user collection.UserID
		at := slices.IndexFunc(known, func(c transport.Contact) bool { return c.Name == text && !c.User.IsZero() })
		switch {
		case at >= 0:
			user = known[at].User
		case user.UnmarshalText([]byte(text)) != nil:
			return nil, program.Plain(fmt.Errorf("nobody is called %q; add the user with: peer contact add", text))
		}
		users = append(users, user)
	}
	return users, nil
}

type shareWord struct {
	Folder string   `arg:"" type:"existingdir" help:"What is in it and the folders below is shared. Hidden files are left out."`
	With   []string `required:"" placeholder:"PERSON" help:"With whom: ids of users, or names in the address book."`
	Title  string   `help:"The title; the day and the folder's name if empty."`
}

// Run shares.
func (w shareWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	l, err := call[shared, line](ctx, g.Data, "share", shared{w.Folder, w.Title, w.With})
	if err == nil {
		l.print(env)
	}
	return err
}

// publish publishes a collection.
func (s *service) publish(ctx context.Context, a asked) (line, error) {
	if err := s.running(); err != nil {
		return line{}, err
	}
	v, err := s.find(ctx, a.Collection)
	if err != nil {
		return line{}, err
	}
	name := v.Collection().Name()
	if err := s.Author.Publish(ctx, name); err != nil {
		return line{}, err
	}
	if v, err = s.Reader.View(ctx, name); err != nil {
		return line{}, err
	}
	return line{Title: v.Collection().Title(), Items: v.Collection().Len(), Labelled: v.Collection().Labelled()}, nil
}

func (l line) print(env program.Env) {
	fmt.Fprintf(env.Out, "Published %q: %s, %d with a label.\n", l.Title, human.Count(l.Items, "item", "items"), l.Labelled)
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

// address is where the peer serves, and with which key.
func (s *service) address() program.Address {
	return program.Address{URL: s.url, Key: s.Key.ID()}
}

func (s *service) addressWord(context.Context, struct{}) (string, error) {
	return s.address().String(), s.running()
}

type addressWord struct{}

// Run prints it.
func (addressWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	text, err := call[struct{}, string](ctx, g.Data, "address", struct{}{})
	if err == nil {
		fmt.Fprintln(env.Out, text)
	}
	return err
}

type contactWords struct {
	Add  contactAdd  `cmd:"" help:"Add somebody to share with."`
	List contactList `cmd:"" help:"List them."`
}

// contacts is the address book.
func (s *service) contacts(ctx context.Context, _ struct{}) ([]transport.Contact, error) {
	settings, err := s.settings(ctx)
	return settings.Contacts, err
}

func (s *service) settings(ctx context.Context) (transport.Settings, error) {
	return s.As(transport.Identity{User: s.Account.User, Key: s.Key.ID()}).Settings(ctx)
}

// addContact adds somebody, in the place of who had the name.
func (s *service) addContact(ctx context.Context, c transport.Contact) (struct{}, error) {
	settings, err := s.settings(ctx)
	if err != nil {
		return struct{}{}, err
	}
	settings.Contacts = slices.DeleteFunc(settings.Contacts, func(old transport.Contact) bool { return old.Name == c.Name })
	settings.Contacts = append(settings.Contacts, c)
	return struct{}{}, s.Author.SetSettings(ctx, settings)
}

type contactAdd struct {
	Name string `arg:"" help:"What the person is called."`
	Who  string `arg:"" help:"The user's id, or a mail address."`
}

// Run adds.
func (w contactAdd) Run(ctx context.Context, env program.Env, g *grammar) error {
	c := transport.Contact{Name: w.Name}
	if c.User.UnmarshalText([]byte(w.Who)) != nil {
		c.User, c.Address = collection.UserID{}, w.Who
		if _, err := collection.NormalAddress(w.Who); err != nil {
			return program.Usage("%q is neither the id of a user nor a mail address", w.Who)
		}
	}
	_, err := call[transport.Contact, struct{}](ctx, g.Data, "contact/add", c)
	return err
}

type contactList struct{}

// Run lists.
func (contactList) Run(ctx context.Context, env program.Env, g *grammar) error {
	all, err := call[struct{}, []transport.Contact](ctx, g.Data, "contact/list", struct{}{})
	for _, c := range all {
		who := c.Address
		if !c.User.IsZero() {
			who = c.User.String()
		}
		fmt.Fprintf(env.Out, "%-24s  %s\n", c.Name, who)
	}
	return err
}

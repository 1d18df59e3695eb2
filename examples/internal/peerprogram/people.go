package peerprogram

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

type contactWords struct {
	Add  contactAdd  `cmd:"" help:"Say what somebody is called."`
	List contactList `cmd:"" help:"List them, after the user's own id."`
}

// contacts is the address book, which is the first thing that the user's cameras take over.
func (s *service) contacts(ctx context.Context, _ struct{}) ([]transport.Contact, error) {
	settings, err := s.settings(ctx)
	return settings.Contacts, err
}

func (s *service) settings(ctx context.Context) (transport.Settings, error) {
	return s.As(transport.Identity{User: s.Account.User, Key: s.OwnKey.ID()}).Settings(ctx)
}

// person is what a user is called here: a name of the address book, or else how the id begins,
// by which the user can be added to it.
func (s *service) person(ctx context.Context, user collection.UserID) string {
	if user == s.Account.User {
		return "you"
	}
	known, _ := s.contacts(ctx, struct{}{}) // without it the id is said
	if at := slices.IndexFunc(known, func(c transport.Contact) bool { return c.User == user }); at >= 0 {
		return device.Caption(known[at].Name)
	}
	return user.String()[:8]
}

// recipients are people to share with.
type recipients struct {
	Users []collection.UserID
	Mail  []string
}

// recipients are those of some names, of the address book, mail addresses or ids.
func (s *service) recipients(ctx context.Context, who []string) (to recipients, err error) {
	known, err := s.contacts(ctx, struct{}{})
	if err != nil {
		return to, err
	}
	for _, text := range who {
		c := transport.Contact{}
		if at := slices.IndexFunc(known, func(c transport.Contact) bool { return c.Name == text }); at >= 0 {
			c = known[at]
		} else if c, err = s.contact(ctx, text); err != nil {
			return to, err
		}
		if c.User.IsZero() {
			to.Mail = append(to.Mail, c.Address)
		} else {
			to.Users = append(to.Users, c.User)
		}
	}
	return to, nil
}

// contact is somebody by a mail address, an id, or the beginning of the id of somebody who has
// shared something.
func (s *service) contact(ctx context.Context, who string) (c transport.Contact, err error) {
	if c.User.UnmarshalText([]byte(who)) == nil {
		return c, nil
	}
	if _, err := collection.NormalAddress(who); err == nil {
		return transport.Contact{Address: who}, nil
	}
	names, err := s.Names(ctx)
	for _, name := range names {
		if len(who) >= 4 && strings.HasPrefix(name.Author.String(), who) {
			return transport.Contact{User: name.Author}, err
		}
	}
	if err == nil {
		err = program.Plain(fmt.Errorf("nobody is called %q: use a mail address, or add the user with: peer contact add", who))
	}
	return c, err
}

type contactAdd struct {
	Name string `arg:"" help:"What the person is called."`
	Who  string `arg:"" help:"A mail address, the user's id, or its beginning as peer list shows it."`
}

// addContact adds somebody, in the place of who had the name.
func (s *service) addContact(ctx context.Context, a contactAdd) (struct{}, error) {
	settings, err := s.settings(ctx)
	if err != nil {
		return struct{}{}, err
	}
	c, err := s.contact(ctx, a.Who)
	if err != nil {
		return struct{}{}, err
	}
	c.Name = a.Name
	settings.Contacts = slices.DeleteFunc(settings.Contacts, func(old transport.Contact) bool { return old.Name == c.Name })
	settings.Contacts = append(settings.Contacts, c)
	return struct{}{}, s.Author.SetSettings(ctx, settings)
}

// Run adds.
func (w contactAdd) Run(ctx context.Context, _ program.Env, g *grammar) error {
	_, err := call[contactAdd, struct{}](ctx, g.Data, "contact/add", w)
	return err
}

type contactList struct{}

// Run lists.
func (contactList) Run(ctx context.Context, env program.Env, g *grammar) error {
	all, err := call[struct{}, []transport.Contact](ctx, g.Data, "contact/list", struct{}{})
	if a, _, err := program.LoadAccount(g.Data); err == nil {
		all = slices.Insert(all, 0, transport.Contact{Name: "you", User: a.User})
	}
	for _, c := range all {
		who := c.Address
		if !c.User.IsZero() {
			who = c.User.String()
		}
		fmt.Fprintf(env.Out, "%-24s  %s\n", device.Caption(c.Name), who)
	}
	return err
}

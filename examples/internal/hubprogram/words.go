package hubprogram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// userWords are the words on users.
type userWords struct {
	Add    userAdd    `cmd:"" help:"Make a user, and invite the first station: a computer at home."`
	List   userList   `cmd:"" help:"List the users, and the stations that were invited here."`
	Change userChange `cmd:"" help:"Change the name or the mail addresses of a user."`
	Delete userDelete `cmd:"" help:"Delete a user, and all that is the user's from the hub."`
}

// stationWords are the words on stations.
type stationWords struct {
	Add    stationAdd    `cmd:"" help:"Invite the first station of a user who has none, or once more the one whose answer was lost."`
	Revoke stationRevoke `cmd:"" help:"Stop a user's first station for good, such as a computer that was stolen. Others are stopped at home: peer station remove."`
}

type userAdd struct {
	Name    string   `arg:"" help:"What the person is called."`
	Address []string `arg:"" optional:"" help:"Mail addresses, by which others share with the person."`
}

// Run makes the user, who is there as soon as the station is.
func (w userAdd) Run(ctx context.Context, env program.Env, g *grammar) error {
	return invite(ctx, env, g, invitation{Name: w.Name, Addresses: w.Address})
}

type stationAdd struct {
	User string `arg:"" help:"The user, by id, name or mail address."`
}

// Run invites the station.
func (w stationAdd) Run(ctx context.Context, env program.Env, g *grammar) error {
	u, err := findUser(ctx, g, w.User)
	if err != nil {
		return err
	}
	return invite(ctx, env, g, invitation{User: u.ID})
}

// invite shows an invitation, and asks about the station that comes with it.
func invite(ctx context.Context, env program.Env, g *grammar, of invitation) error {
	opened, err := call[invitation, openInvitation](ctx, g, "invite", of)
	if err != nil {
		return err
	}
	text := opened.Text
	fmt.Fprintf(env.Out, "On the computer that is to join, within %v:\n\n    peer join %s\n\n", invitationAge, text)
	if opened.Browser {
		fmt.Fprintf(env.Out, "Or in a browser, where this is opened:\n\n    %s\n\n", text)
	}
	secret := text[strings.LastIndexByte(text, '.')+1:]
	wait := func(ctx context.Context) (program.Joining, error) {
		return call[string, program.Joining](ctx, g, "invite/wait", secret)
	}
	return program.Admit(ctx, env, wait, func(ctx context.Context, admit bool) (string, error) {
		user, err := call[decision, collection.UserID](ctx, g, "invite/decide", decision{secret, admit})
		return fmt.Sprintf("user %v", user), err
	})
}

// user is a user as people see one.
type user struct {
	ID        collection.UserID
	Name      string
	Addresses []string
	Temporary bool
	Stations  []string
}

// users lists all users.
func (a *admin) users(ctx context.Context, _ struct{}) (all []user, err error) {
	for m, err := range a.hub.Accounts().Members().All(ctx, collection.UserID{}) {
		if err != nil {
			return nil, err
		}
		u, err := a.user(ctx, m)
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b user) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func (a *admin) user(ctx context.Context, m hub.Member) (user, error) {
	u := user{ID: m.User, Name: m.Name, Addresses: m.Addresses, Temporary: m.Temporary}
	credentials, err := a.hub.Accounts().Credentials(ctx, u.ID)
	for _, c := range credentials {
		u.Stations = append(u.Stations, c.Name)
	}
	slices.Sort(u.Stations)
	return u, err
}

type userList struct{}

// Run prints them.
func (userList) Run(ctx context.Context, env program.Env, g *grammar) error {
	all, err := call[struct{}, []user](ctx, g, "user/list", struct{}{})
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "USER\tNAME\tADDRESSES\tSTATIONS")
	for _, u := range all {
		fmt.Fprintf(t, "%v\t%s\t%s\t%s\n", u.ID, u.Name, strings.Join(u.Addresses, " "), strings.Join(u.Stations, " "))
	}
	return t.Flush()
}

// findUser returns the one user of an id, a name or an address.
func findUser(ctx context.Context, g *grammar, text string) (user, error) {
	all, err := call[struct{}, []user](ctx, g, "user/list", struct{}{})
	if err != nil {
		return user{}, err
	}
	found := slices.DeleteFunc(all, func(u user) bool {
		return u.ID.String() != text && u.Name != text && !slices.Contains(u.Addresses, text)
	})
	switch len(found) {
	case 0:
		return user{}, program.Plain(fmt.Errorf("there is no user %q; hub user list shows all", text))
	case 1:
		return found[0], nil
	}
	return user{}, program.Plain(fmt.Errorf("%d users are called %q; use the id or the address", len(found), text))
}

type userChange struct {
	User    string   `arg:"" help:"The user, by id, name or mail address."`
	Name    string   `help:"What the person is called from now on."`
	Address []string `help:"All mail addresses of the person, in the place of those before."`
}

// Run changes what is named.
func (w userChange) Run(ctx context.Context, env program.Env, g *grammar) error {
	u, err := findUser(ctx, g, w.User)
	if err != nil {
		return err
	}
	u.Name = cmp.Or(w.Name, u.Name)
	if w.Address != nil {
		u.Addresses = w.Address
	}
	_, err = call[user, struct{}](ctx, g, "user/change", u)
	return err
}

func (a *admin) change(ctx context.Context, u user) (struct{}, error) {
	err := a.may(ctx, invitation{User: u.ID, Addresses: u.Addresses})
	if err == nil {
		err = a.hub.Accounts().Members().Set(ctx, u.ID, hub.Person{Name: u.Name, Addresses: u.Addresses})
	}
	return struct{}{}, err
}

type userDelete struct {
	User string `arg:"" help:"The user, by id, name or mail address."`
}

// Run asks once more, and deletes.
func (w userDelete) Run(ctx context.Context, env program.Env, g *grammar) error {
	u, err := findUser(ctx, g, w.User)
	if err != nil {
		return err
	}
	if !env.Ask(ctx, fmt.Sprintf("Delete %s (%v), and all that %s has shared, from this hub?", u.Name, u.ID, u.Name)) {
		return program.Plain(errors.New("nothing was deleted"))
	}
	_, err = call[user, struct{}](ctx, g, "user/delete", u)
	if err == nil {
		fmt.Fprintf(env.Out, "%s is no user any more.\n", u.Name)
	}
	return err
}

func (a *admin) remove(ctx context.Context, u user) (struct{}, error) {
	return struct{}{}, a.hub.Accounts().Members().Delete(ctx, u.ID)
}

type stationRevoke struct {
	User    string `arg:"" help:"The user, by id, name or mail address."`
	Station string `arg:"" help:"The station's name."`
}

// revoked names a station.
type revoked struct {
	User    collection.UserID
	Station string
}

// Run revokes the station.
func (w stationRevoke) Run(ctx context.Context, env program.Env, g *grammar) error {
	u, err := findUser(ctx, g, w.User)
	if err != nil {
		return err
	}
	_, err = call[revoked, struct{}](ctx, g, "station/revoke", revoked{u.ID, w.Station})
	if err == nil {
		fmt.Fprintf(env.Out, "%q of %s is stopped: its key counts no more.\n", w.Station, u.Name)
	}
	return err
}

func (a *admin) revoke(ctx context.Context, of revoked) (struct{}, error) {
	err := a.hub.Accounts().Revoke(ctx, of.User, of.Station)
	if errors.Is(err, transport.ErrNotFound) {
		err = program.Plain(fmt.Errorf("the user has no station %q here; those that joined at home are stopped there: peer station remove", of.Station))
	}
	return struct{}{}, err
}

// greet prints where the hub is, and to the first operator what comes next.
func (a *admin) greet(ctx context.Context, env program.Env) {
	fmt.Fprintf(env.Out, "The hub is at %s, with the key %v.\n", a.url, a.hub.PublicKey())
	for range a.hub.Accounts().Members().All(ctx, collection.UserID{}) {
		return
	}
	fmt.Fprintf(env.Out, "It has no user yet. Add one from another terminal:\n\n    hub user add Ann ann@example.org -data %s\n\n", a.dir)
}

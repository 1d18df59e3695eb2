package hubprogram

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// invitationAge is how long an invitation is good.
const invitationAge = 10 * time.Minute

// answerAge is for how long a station is told what was decided: it may have to ask again.
const answerAge = time.Minute

// errInvitation says that an invitation cannot be made use of.
var errInvitation = program.Plain(errors.New("the invitation is over; make a new one"))

// invitation says who is invited: a new user, or another station of one.
type invitation struct {
	User      collection.UserID // zero = a new one
	Name      string            // of the new one
	Addresses []string
}

// invited is an invitation that is open.
type invited struct {
	invitation
	attempt *enrol.Attempt
	end     context.CancelFunc
}

// openInvitation is what the operator is told of an invitation.
type openInvitation struct {
	Text    string
	Browser bool // a browser may take it, too
}

// invite opens an invitation.
func (a *admin) invite(ctx context.Context, of invitation) (openInvitation, error) {
	if a.url == "" {
		return openInvitation{}, program.Plain(errors.New("the hub does not run; start it first, since a station is to reach it"))
	}
	if err := a.may(ctx, of); err != nil {
		return openInvitation{}, err
	}
	text, err := a.begin(of)
	return openInvitation{text, a.browsers}, err
}

// may refuses a user who could not be made or changed so, before two people compare a code for
// nothing.
func (a *admin) may(ctx context.Context, of invitation) error {
	if of.User.IsZero() && strings.TrimSpace(of.Name) == "" {
		return program.Usage("the name is empty: say what the person is called")
	}
	for _, address := range of.Addresses {
		user, err := a.hub.Accounts().ByAddress(ctx, address)
		if errors.Is(err, transport.ErrNotFound) {
			continue
		}
		person, errPerson := a.hub.Accounts().Person(ctx, user)
		switch {
		case errors.Is(err, collection.ErrAddress):
			return program.Usage("%q is no mail address, such as ann@example.org", address)
		case errors.Join(err, errPerson) != nil:
			return errors.Join(err, errPerson)
		case !person.Temporary && user != of.User:
			return program.Plain(fmt.Errorf("%s is the address of user %q", address, person.Name))
		}
	}
	return nil
}

// begin opens an invitation, and returns its text.
func (a *admin) begin(of invitation) (string, error) {
	ctx, end := context.WithTimeout(a.hub.Running(), invitationAge)
	offer := enrol.Offer{User: of.User, Authority: a.hub.PublicKey(), Hub: []string{a.url}}
	attempt, err := enrol.NewAttempt(ctx, offer, rand.Reader)
	if err != nil {
		end()
		return "", err
	}
	text := program.Invitation{URL: a.url, Secret: rand.Text()}
	if a.pinned {
		text.Key = a.hub.PublicKey().ID()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open[text.Secret] = &invited{of, attempt, end}
	context.AfterFunc(ctx, func() { a.forget(text.Secret) })
	return text.String(), nil
}

func (a *admin) forget(secret string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.open, secret)
}

// attempt is what stations reach with an invitation.
func (a *admin) attempt(secret string) *enrol.Attempt {
	if i := a.invited(secret); i != nil {
		return i.attempt
	}
	return nil
}

func (a *admin) invited(secret string) *invited {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open[secret]
}

// wait waits for the station that comes with an invitation.
func (a *admin) wait(ctx context.Context, secret string) (program.Joining, error) {
	i := a.invited(secret)
	if i == nil {
		return program.Joining{}, errInvitation
	}
	r, code, err := i.attempt.Wait(ctx)
	return program.Joining{Station: r.Name, Code: code}, err
}

// decision is what the operator says of a code.
type decision struct {
	Secret string
	Admit  bool
}

// decide admits the station, whose user it returns, or refuses it.
func (a *admin) decide(ctx context.Context, d decision) (user collection.UserID, err error) {
	i := a.invited(d.Secret)
	if i == nil {
		return user, errInvitation
	}
	defer time.AfterFunc(answerAge, i.end)
	if !d.Admit {
		i.attempt.Refuse()
		return user, nil
	}
	var starts *hub.Person
	if i.User.IsZero() {
		starts = &hub.Person{Name: i.Name, Addresses: i.Addresses}
	}
	user, err = a.hub.Accounts().Enrol(ctx, i.attempt, starts)
	if errors.Is(err, signature.ErrChanged) {
		err = program.Plain(fmt.Errorf("%v has a first station already: others join there, with: peer station add; at a browser none can", user))
	}
	return user, err
}

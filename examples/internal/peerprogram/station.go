package peerprogram

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

type stationWords struct {
	Add    stationAdd    `cmd:"" help:"Let another station of the user's join: a camera, another computer, or a browser."`
	List   stationList   `cmd:"" help:"List the stations that have joined here."`
	Remove stationRemove `cmd:"" help:"Stop one of them for good, such as a camera that was lost."`
}

// attemptAge is how long a station may join after that was allowed.
const attemptAge = 10 * time.Minute

// answerAge is for how long a station is told what was decided: it may have to ask again.
const answerAge = time.Minute

// opened says where a station may join.
type opened struct {
	Invitation string   // of a camera, or another computer
	Pages      []string // that a browser of this computer opens; none = it cannot join
}

// openAttempt lets one station join, and returns where.
func (s *service) openAttempt(ctx context.Context, _ struct{}) (opened, error) {
	if err := s.sealsRoster(); err != nil {
		return opened{}, err
	}
	endpoint, err := collection.DecodeEndpoint(s.Source().Endpoint)
	if err != nil {
		return opened{}, err
	}
	offer := enrol.Offer{
		User: s.Account.User, Key: s.OwnKey.Public(), Authority: s.Account.Authority, Hub: s.Account.Hub,
		Endpoints: []collection.Endpoint{endpoint},
	}
	open, end := context.WithTimeout(s.Running(), attemptAge)
	attempt, err := enrol.NewAttempt(open, offer, rand.Reader)
	if err != nil {
		end()
		return opened{}, err
	}
	s.begin(attempt, end)
	text := program.Invitation{URL: s.url, Key: s.address().Key, HubPinned: s.Account.Pinned}.String()
	return opened{text, s.joinPages()}, nil
}

// joinPages are the pages on which a browser of this computer joins: the hub's, unless browsers do
// not know its certificate, and the home's own. A browser is a station at the one where it has
// joined, since it keeps each site's keys apart. Both reach the home where it serves its gallery,
// for elsewhere it shows a certificate that no browser takes.
func (s *service) joinPages() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gallery == "" {
		return nil
	}
	const page, toOwn = "/join#", "." // what is behind the # goes to nobody
	if hub := s.Account.Hub; len(hub) > 0 && !s.Account.Pinned {
		all = append(all, hub[0]+page+s.gallery+"%23"+toOwn)
	}
	return append(all, s.gallery+page+toOwn)
}

// begin has a station join by an attempt, and by no other.
func (s *service) begin(attempt *enrol.Attempt, end context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		s.end()
	}
	s.open, s.end = attempt, end
}

// attempt is what stations reach that join.
func (s *service) attempt(string) *enrol.Attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

var errOver = program.Plain(errors.New("no station may join any more; begin again"))

func (s *service) wait(ctx context.Context, _ struct{}) (program.Joining, error) {
	a := s.attempt("")
	if a == nil {
		return program.Joining{}, errOver
	}
	r, code, err := a.Wait(ctx)
	return program.Joining{Station: r.Name, Code: code}, err
}

// decide admits the station that has asked, or refuses it.
func (s *service) decide(ctx context.Context, admit bool) (struct{}, error) {
	a := s.attempt("")
	if a == nil {
		return struct{}{}, errOver
	}
	defer time.AfterFunc(answerAge, func() { s.over(a) })
	if !admit {
		a.Refuse()
		return struct{}{}, nil
	}
	r, err := a.Confirm(ctx)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, s.admit(ctx, a, r)
}

// admit enlists a station, and tells it so.
func (s *service) admit(ctx context.Context, a *enrol.Attempt, r enrol.Request) error {
	statement, err := s.enlist(ctx, r)
	if err == nil {
		err = a.Admit(statement)
	}
	if err != nil {
		a.Refuse()
	}
	return err
}

// over has no station join any more by an attempt.
func (s *service) over(a *enrol.Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == a {
		s.end()
		s.open, s.end = nil, nil
	}
}

// print says what is to be done where, for each kind of station that can join.
func (o opened) print(env program.Env) {
	fmt.Fprintf(env.Out, "On the camera, within %v:\n\n    camera join %s\n\nAnother computer: peer join … -name laptop\n", attemptAge, o.Invitation)
	if len(o.Pages) > 0 {
		fmt.Fprintf(env.Out, "Or in a browser, where this is opened:\n\n    %s\n\n", strings.Join(o.Pages, "\n    "))
	} else {
		fmt.Fprintln(env.Out, "A browser: only where the peer runs with -gallery")
	}
}

type stationAdd struct{}

// Run lets a station join.
func (stationAdd) Run(ctx context.Context, env program.Env, g *grammar) error {
	to, err := call[struct{}, opened](ctx, g.Data, "station/open", struct{}{})
	if err != nil {
		return err
	}
	to.print(env)
	wait := func(ctx context.Context) (program.Joining, error) {
		return call[struct{}, program.Joining](ctx, g.Data, "station/wait", struct{}{})
	}
	return program.Admit(ctx, env, wait, func(ctx context.Context, admit bool) (string, error) {
		_, err := call[bool, struct{}](ctx, g.Data, "station/decide", admit)
		return "yours", err
	})
}

package hubprogram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/transport"
	hubmail "github.com/glimpse-go/glimpse/transport/hub/mail"
)

// bounceWord takes a message that has come to the address for reports.
type bounceWord struct{}

// Run reads it. What is no report of a letter that was lost is passed over: a mail server would
// report the failure of a program, too.
func (bounceWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	b, err := mail.ReadBounce(env.In)
	if errors.Is(err, mail.ErrNoBounce) || err == nil && !b.Failed {
		fmt.Fprintln(env.Out, "That reports no letter that was lost.")
		return nil
	}
	if err != nil {
		return err
	}
	known, err := call[string, bool](ctx, g, "bounce", b.Handle)
	if err == nil && !known {
		fmt.Fprintln(env.Out, "The letter is not known any more.")
	} else if err == nil {
		fmt.Fprintf(env.Out, "The address gets no letters on that collection until there is other news (%s).\n", cmp.Or(b.Status, "no status"))
	}
	return err
}

func (a *admin) bounce(ctx context.Context, handle string) (known bool, err error) {
	err = a.hub.Mail().Bounced(ctx, handle)
	if errors.Is(err, transport.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// lettersWord lists the letters that were set aside.
type lettersWord struct{}

// Run prints them.
func (lettersWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	all, err := call[struct{}, []hubmail.Parked](ctx, g, "letters", struct{}{})
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ADDRESS\tCOLLECTION\tSINCE\tWHY")
	for _, p := range all {
		why := fmt.Sprintf("tried %d times", p.Tries)
		if p.Refused {
			why = "nobody is there"
		}
		fmt.Fprintf(t, "%s\t%v\t%s\t%s\n", p.Address, p.Collection, p.Since.Format("2006-01-02 15:04"), why)
	}
	return t.Flush()
}

func (a *admin) letters(ctx context.Context, _ struct{}) ([]hubmail.Parked, error) {
	return a.hub.Mail().Parked(ctx, collection.UserID{})
}

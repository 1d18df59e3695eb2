package program

import (
	"context"
	"errors"
	"fmt"
)

// Joining is a station that asks to join, as the person at the other side sees it.
type Joining struct{ Station, Code string }

// Admit asks a person about the station that comes with an invitation, which wait waits for,
// and has decide admit or refuse it: that returns whose station it is then.
func Admit(ctx context.Context, env Env, wait func(context.Context) (Joining, error), decide func(ctx context.Context, admit bool) (of string, err error)) error {
	station, err := wait(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "The station %q asks to join. The code is %s.\n", station.Station, station.Code)
	admit := env.Ask(ctx, "Does it show the same code?")
	if !admit {
		ctx = context.WithoutCancel(ctx) // the station is told
	}
	of, err := decide(ctx, admit)
	switch {
	case err != nil:
		return err
	case !admit:
		return Plain(errors.New("refused; nothing was changed"))
	}
	fmt.Fprintf(env.Out, "%q is a station of %s now.\n", station.Station, of)
	return nil
}

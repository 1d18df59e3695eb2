package hubprogram

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/hub"
)

type checkWord struct{}

// Run has the hub check itself, and prints what was found, line by line.
func (checkWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	c, err := call[struct{}, checked](ctx, g, "check", struct{}{})
	if err != nil {
		return err
	}
	for _, line := range c.Found {
		fmt.Fprintln(env.Out, line)
	}
	fmt.Fprintf(env.Out, "%s, %s, %s, %s, %s read: ", human.Count(c.Records, "record", "records"), human.Count(c.Blobs, "blob", "blobs"),
		human.Count(c.Collections, "collection", "collections"), human.Count(c.Versions, "version", "versions"), human.Size(c.Bytes))
	if len(c.Found) == 0 {
		fmt.Fprintln(env.Out, "all as they were sealed.")
		return nil
	}
	fmt.Fprintf(env.Out, "%d mended, %d left.\n", c.Mended, c.Left)
	if c.Left > 0 {
		return program.Plain(fmt.Errorf("%s left: restore the hub from a backup, or share again what is named", human.Count(c.Left, "thing is", "things are")))
	}
	return nil
}

// checked is what a check has found, a line each.
type checked struct {
	hub.Checked
	Found []string
}

func (a *admin) check(ctx context.Context, _ struct{}) (c checked, err error) {
	c.Checked, err = hub.Check(ctx, a.hub, func(f hub.Finding) { c.Found = append(c.Found, f.String()) })
	return c, err
}

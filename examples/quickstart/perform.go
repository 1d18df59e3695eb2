package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/witness"
)

// perform plays the story and judges it.
func perform(ctx context.Context, o options, out io.Writer, t tricks) error {
	var card *find.Found
	if o.photos != "" {
		var err error
		if card, err = findFiles(o.photos); err != nil {
			return err
		}
	}
	root, remove, err := workplace(o.keep)
	if err != nil {
		return err
	}
	c := &cast{stage: newStage(root, o, out, t)}
	err = c.named(c.withCause(c.play(ctx, card)))
	if t.end != nil {
		t.end(c)
	}
	err = errors.Join(err, c.close())
	if err != nil || o.keep == "" {
		err = errors.Join(err, remove())
	}
	if err != nil {
		return err
	}
	return c.judge(o, out)
}

func newStage(root string, o options, out io.Writer, t tricks) *stage {
	story := &timeline{w: out, live: isTerminal(out)}
	if o.json {
		story = &timeline{w: io.Discard}
	}
	return &stage{
		network: newNetwork(t), timeline: story, result: &result{Engines: engineNames(), Skipped: []remark{}, Generic: []remark{}}, witness: new(witness.Witness), options: o, root: root, tricks: t,
	}
}

// withCause adds what a station logged to the error of one that was told no more
// than that something failed there.
func (c *cast) withCause(err error) error {
	cause := c.failures.get()
	if err == nil || cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w (because of %w)", err, cause)
}

// named has an error name the files that people know.
func (c *cast) named(err error) error {
	return human.Named(err, func(id collection.ItemID) string {
		if c.camera == nil || c.camera.photos[id].ID.IsZero() {
			return ""
		}
		return strconv.Quote(c.camera.photos[id].Caption)
	})
}

// judge prints the result. What was promised and did not hold is an error.
func (c *cast) judge(o options, out io.Writer) error {
	broken := c.result.broken()
	switch {
	case o.json:
		if err := c.result.print(out); err != nil {
			return err
		}
	case len(broken) == 0:
		c.timeline.text("", "Everything held: "+c.result.summary())
	}
	if o.keep != "" {
		c.timeline.text("The folders of all stations are in " + o.keep)
	}
	if len(broken) > 0 {
		return brokenError(broken)
	}
	return nil
}

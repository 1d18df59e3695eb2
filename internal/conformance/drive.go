package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// errDiffers says that an implementation answers other than it should.
var errDiffers = errors.New("the implementation differs")

// algorithms are those of keys.
var algorithms = []string{"Ed25519", "ES256", "PS256"}

// A driver asks one implementation.
type driver struct {
	ctx    context.Context
	in     *json.Encoder
	out    *bufio.Scanner
	w      io.Writer
	asked  int
	differ int
}

// A part is some of what is asked.
type part func(*driver) error

// everything is all that is asked, the same for a seed.
func everything(root string, seed uint64) []part {
	return []part{vectorsLike(root, "*"), exchange(root), joins(seed), checks, trade}
}

// drive runs an implementation, asks it all of some parts, and prints what differs.
func drive(ctx context.Context, w io.Writer, implementation func(io.Reader, io.Writer) error, parts ...part) error {
	requests, in := io.Pipe()
	out, answers := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := implementation(requests, answers)
		requests.CloseWithError(io.ErrClosedPipe)
		answers.Close()
		ended <- err
	}()
	d := &driver{ctx: ctx, in: json.NewEncoder(in), out: bufio.NewScanner(out), w: w}
	d.out.Buffer(nil, longest)
	var asked error
	for i := 0; i < len(parts) && asked == nil; i++ {
		asked = parts[i](d)
	}
	in.Close()
	out.Close()
	if err := errors.Join(asked, <-ended); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d commands, %d differ\n", d.asked, d.differ)
	if d.differ > 0 {
		return fmt.Errorf("%w: %d of %d answers", errDiffers, d.differ, d.asked)
	}
	return nil
}

// vectorsLike asks what is read of the vectors whose names have a form.
func vectorsLike(root, form string) part {
	return func(d *driver) error {
		all, err := readVectors(root, form)
		for i := 0; i < len(all) && err == nil; i++ {
			var a answer
			q := all[i].request()
			if a, err = d.ask(q); err == nil {
				d.judge(all[i].Name, all[i].check(q, a))
			}
		}
		return err
	}
}

// joins asks for collections to be joined and verified.
func joins(seed uint64) part {
	return func(d *driver) error {
		random := newRandom(seed)
		for i, algorithm := range algorithms {
			all, err := joinCases(d.ctx, random, algorithm, label.Kind(i), 30)
			if err == nil {
				err = d.compareAll(all)
			}
			if err == nil {
				all, err = wordCases(d.ctx, random, algorithm)
			}
			if err == nil {
				err = d.compareAll(all)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// checks asks what may be done.
func checks(d *driver) error { return d.compareAll(checkCases()) }

// compareAll asks an implementation and this repository's packages the same.
func (d *driver) compareAll(all []request) error {
	for i, q := range all {
		if err := d.compare(fmt.Sprint(q.Do, " ", i), q); err != nil {
			return err
		}
	}
	return nil
}

// ask asks for one answer.
func (d *driver) ask(q request) (a answer, err error) {
	d.asked++
	q.ID = d.asked
	if err := d.in.Encode(q); err != nil {
		return a, err
	}
	if !d.out.Scan() {
		return a, errors.Join(fmt.Errorf("no answer to %s", q.Do), d.out.Err())
	}
	if err := json.Unmarshal(d.out.Bytes(), &a); err != nil {
		return a, err
	}
	if a.ID != q.ID {
		return a, fmt.Errorf("an answer to %d, not to %d", a.ID, q.ID)
	}
	return a, nil
}

// compare asks both one question.
func (d *driver) compare(name string, q request) error {
	a, err := d.ask(q)
	if err != nil {
		return err
	}
	want, refused := q.answer(d.ctx)
	if want.Error = nameOf(refused); want.Error != "" {
		if !isRefusal(a.Error, want.Error) {
			d.judge(name, fmt.Errorf("refused as %q, want %q", a.Error, want.Error))
		}
		return nil
	}
	want.ID = a.ID
	d.judge(name, same(a, want))
	return nil
}

// trade verifies what the implementation makes.
func trade(d *driver) error {
	for i, algorithm := range algorithms {
		if err := tradeOf(algorithm, label.Kind(i))(d); err != nil {
			return err
		}
	}
	return nil
}

func tradeOf(algorithm string, kind label.Kind) part {
	return func(d *driver) error {
		a, err := d.ask(request{Do: "make", Algorithm: algorithm, Kind: kind.String(), Items: 20})
		if err == nil {
			d.judge("make "+algorithm+" "+kind.String(), a.check(d.ctx))
		}
		return err
	}
}

// check verifies a share that was made, with its updates: the author's and the authority's.
func (a answer) check(ctx context.Context) error {
	ring, err := keyring(a.Keys)
	if err != nil {
		return err
	}
	c, err := collection.Decode(a.Collection)
	if err != nil {
		return err
	}
	v, err := collection.Verify(ctx, ring, c)
	if err != nil || v.Report().Author == nil || v.Report().Authority == nil {
		return fmt.Errorf("not vouched for by author and authority: %w", err)
	}
	for _, data := range []hexed{a.Update, a.Validation} {
		if v, err = applied(ctx, v, data); err != nil {
			return err
		}
	}
	if !v.Collection().Settled() {
		return errors.New("items are labelled after the validation")
	}
	return nil
}

// applied is a collection with an update that changes it.
func applied(ctx context.Context, v collection.Verified, data []byte) (next collection.Verified, err error) {
	u, err := collection.DecodeUpdate(data)
	if err != nil {
		return v, err
	}
	next, changed, err := v.Apply(ctx, u)
	if err == nil && !changed {
		err = errors.New("an update changes nothing")
	}
	return next, err
}

func (d *driver) judge(name string, err error) {
	if err != nil {
		d.differ++
		fmt.Fprintf(d.w, "%s: %v\n", name, err)
	}
}

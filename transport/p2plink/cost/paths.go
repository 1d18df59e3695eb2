package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// path is a method of a peer's API with which a program could have something searched for. The
// methods are those that the types have, so that nobody has to think of a new one; programs have
// nothing else to search with, since Config.Find is behind them.
type path struct {
	part, name string
	given      bool // an item or a collection; else it goes on with what was begun
	item       bool // an item, of which there are many
}

func (p path) String() string { return p.part + "." + p.name }

// notPaths are methods that go on until they are told to stop, and what others call a peer for.
var notPaths = []string{"Run", "Close", "Running", "As", "Admit", "Verify"}

// refused are paths that the gate must refuse: they are asked as programs ask them.
var refused = []string{"Reader.Search", "Reader.Fetch", "Reader.Print", "Reader.Export", "Author.Reshare"}

var (
	typeContext = reflect.TypeFor[context.Context]()
	typeRef     = reflect.TypeFor[transport.Ref]()
	typeName    = reflect.TypeFor[collection.Name]()
	typeItem    = reflect.TypeFor[collection.ItemID]()
	typeError   = reflect.TypeFor[error]()
)

// paths are all there are, those that begin something first.
func paths() []path {
	own := methods("Peer", reflect.TypeFor[*peer.Peer](), nil)
	all := slices.Concat(methods("Reader", reflect.TypeFor[*peer.Reader](), own), methods("Author", reflect.TypeFor[*peer.Author](), own), own)
	slices.SortStableFunc(all, func(a, b path) int { return bit(b.given) - bit(a.given) })
	return all
}

// methods are the paths among the methods of a type, but those that another part has, too.
func methods(part string, of reflect.Type, elsewhere []path) (all []path) {
	for m := range of.Methods() {
		p := path{part: part, name: m.Name}
		known := slices.ContainsFunc(elsewhere, func(e path) bool { return e.name == m.Name })
		if known || slices.Contains(notPaths, m.Name) || m.Type.NumIn() < 2 || m.Type.In(1) != typeContext {
			continue
		}
		for in := range m.Type.Ins() {
			if in.Kind() == reflect.Slice {
				in = in.Elem()
			}
			p.item = p.item || in == typeRef || in == typeItem
			p.given = p.given || p.item || in == typeName
		}
		if p.given || m.Type.NumIn() == 2 {
			all = append(all, p)
		}
	}
	return all
}

// forgotten is after how long a search in vain is made again.
const forgotten = 10 * time.Minute

// take has a recipient take a path: to the original of each item, or to the collection.
func (s *story) take(ctx context.Context, p path, r *station) error {
	part := reflect.ValueOf(map[string]any{"Reader": r.Reader, "Author": r.Author, "Peer": r.Peer}[p.part])
	method := part.MethodByName(p.name)
	for _, ref := range s.refs() {
		var in []reflect.Value
		for i := range method.Type().NumIn() {
			value, err := s.argument(ctx, method.Type().In(i), ref)
			if err != nil {
				return fmt.Errorf("%v: %w", p, err)
			}
			in = append(in, value)
		}
		err := outcome(method, in)
		if slices.Contains(refused, p.String()) && !errors.Is(err, label.ErrRefused) {
			return fmt.Errorf("%v: %w: %w", p, errNotRefused, err)
		}
		if !p.item {
			return nil
		}
	}
	return nil
}

var (
	errNotRefused = errors.New("a labelled original is not refused")
	errArgument   = errors.New("say how it is given a")
)

// argument is what a path is given for a parameter.
func (s *story) argument(ctx context.Context, of reflect.Type, ref transport.Ref) (reflect.Value, error) {
	for _, v := range []any{ctx, ref, ref.Collection, ref.Item, originals, []transport.Ref{ref}, []collection.ItemID{ref.Item},
		[]collection.UserID{userOf(1)}, collection.Header{Title: "Again"}, s.ann.Source(), []transport.Source{s.ann.Source()},
		strings.NewReader("no original")} {
		if reflect.TypeOf(v).AssignableTo(of) {
			return reflect.ValueOf(v), nil
		}
	}
	switch {
	case of == reflect.TypeFor[io.Writer]():
		return reflect.ValueOf(io.Discard), nil
	case of.Kind() == reflect.Func: // it does nothing
		return reflect.MakeFunc(of, func([]reflect.Value) (out []reflect.Value) {
			for o := range of.Outs() {
				out = append(out, reflect.Zero(o))
			}
			return out
		}), nil
	case of == reflect.TypeFor[time.Time]():
		return reflect.ValueOf(time.Now().Add(time.Hour)), nil
	}
	return reflect.Value{}, fmt.Errorf("%w %v", errArgument, of)
}

// outcome calls a method, goes through what it lists, and returns its error.
func outcome(method reflect.Value, in []reflect.Value) (err error) {
	call := method.Call
	if method.Type().IsVariadic() {
		call = method.CallSlice
	}
	for _, out := range call(in) {
		if out.Type().CanSeq2() && out.Kind() == reflect.Func {
			for range out.Seq2() {
			}
		}
		if out.Type() == typeError && !out.IsNil() {
			err = out.Interface().(error)
		}
	}
	return err
}

// labelled measures what it costs to take every path to originals that are labelled.
func (s *story) labelled(ctx context.Context) (all measure.Results, err error) {
	if err := s.alone(ctx); err != nil {
		return nil, err
	}
	looked, idle, _, err := s.costOf(func() error {
		for _, p := range paths() {
			s.net.passed.Add(int64(forgotten)) // what the path before may have found out
			if err := s.forget(); err != nil {
				return err
			}
			one, others, _, err := s.costOf(func() error { return s.each(func(r *station) error { return s.take(ctx, p, r) }) })
			if err != nil {
				return err
			}
			all = append(all, measure.AtMost(fmt.Sprintf("requests and connections, labelled, %v", p),
				float64(one.requests+one.connections), float64(others.requests+others.connections)))
		}
		return s.net.settled(ctx)
	})
	s.refused = looked
	return append(all,
		measure.AtMost("requests, labelled", float64(looked.requests), float64(idle.requests)),
		measure.AtMost("connections, labelled", float64(looked.connections), float64(idle.connections)),
		measure.AtMost("bytes, labelled", float64(looked.sent+looked.received), float64(idle.sent+idle.received)),
	), err
}

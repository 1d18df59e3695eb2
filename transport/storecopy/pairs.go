package storecopy

import (
	"iter"

	"github.com/glimpse-go/glimpse/transport"
)

// pair is what two stores have under one key; at least one has something.
type pair[T any] struct {
	key           string
	first, second *T
}

// pairs walks two lists, each in ascending order of its keys, side by side.
func pairs[T any](first, second iter.Seq2[T, error], key func(T) string) iter.Seq2[pair[T], error] {
	return func(yield func(pair[T], error) bool) {
		a, stop := pull(first, key)
		defer stop()
		b, stop := pull(second, key)
		defer stop()
		for {
			if err := a.fill(); err != nil {
				yield(pair[T]{}, err)
				return
			}
			if err := b.fill(); err != nil {
				yield(pair[T]{}, err)
				return
			}
			p, more := take(a, b)
			if !more || !yield(p, nil) {
				return
			}
		}
	}
}

// side is a list that is read one by one.
type side[T any] struct {
	next func() (T, error, bool)
	key  func(T) string
	item *T     // that comes next, once fill has read it; nil = the list has ended
	at   string // its key
	read bool
}

func pull[T any](list iter.Seq2[T, error], key func(T) string) (*side[T], func()) {
	next, stop := iter.Pull2(list)
	return &side[T]{next: next, key: key}, stop
}

// fill reads what comes next, unless it is there.
func (s *side[T]) fill() error {
	if s.read {
		return nil
	}
	item, err, more := s.next()
	if err != nil {
		return err
	}
	s.read, s.item = true, nil
	if !more {
		return nil
	}
	before := s.at
	s.item, s.at = &item, s.key(item)
	if s.at <= before {
		return transport.At(transport.ErrStorage, "order of "+before+" and "+s.at)
	}
	return nil
}

// take takes the lowest key from the sides that have it.
func take[T any](a, b *side[T]) (p pair[T], more bool) {
	if a.item != nil && (b.item == nil || a.at <= b.at) {
		p.key, p.first, a.read = a.at, a.item, false
	}
	if b.item != nil && (p.first == nil || b.at == p.key) {
		p.key, p.second, b.read = b.at, b.item, false
	}
	return p, p.first != nil || p.second != nil
}

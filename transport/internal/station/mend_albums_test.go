package station

import (
	"context"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// TestMendAlbum: each of the records by which a reader is left out is made anew where it is
// damaged, and then the reader is left out as before.
func TestMendAlbum(t *testing.T) {
	for what, keyOf := range map[string]func(was, next collection.Name) string{
		"job":       func(_, next collection.Name) string { return albumJob.Key(next) },
		"successor": func(was, next collection.Name) string { return successorRecord.Key(was.Author, was.ID, next.ID) },
		"lineage":   func(was, _ collection.Name) string { return lineageRecord.Key(was.Author) },
	} {
		l := newLineages(t)
		was := l.makes(t, 10, []collection.UserID{bob})
		l.keeps(t, was)
		must(0, l.Finish(t.Context()))
		l.Later = func(func(context.Context)) {} // the job stays
		next := l.makes(t, 11, nil, was.ID())
		l.keeps(t, next)
		for _, of := range []*jobs{&l.tells, &l.spreads, &l.folds, &l.orders} {
			of.drop()
		}
		l.Later = func(work func(context.Context)) { work(t.Context()) }
		key := keyOf(was.Name(), next.Name())
		l.damages(key)
		m, ok := Mends(l.Core)[kindAbove(key)]
		if !ok {
			t.Errorf("%s: nobody mends %s", what, key)
			continue
		}
		if how, err := m.Do(t.Context(), key); how != MadeAnew || err != nil {
			t.Errorf("%s: %q, %v", what, how, err)
		}
		must(0, l.Resume(t.Context(), true))
		l.check(t, what)
	}
}

// kindAbove is the kind of a record, whose first part it is.
func kindAbove(key string) record.Kind {
	for i := range key {
		if key[i] == '/' {
			return record.Kind(key[:i])
		}
	}
	return ""
}

// TestMendAlbumNoSuccessor: a record of what replaces nothing is removed.
func TestMendAlbumNoSuccessor(t *testing.T) {
	l := newLineages(t)
	was, other := l.makes(t, 10, nil), l.makes(t, 11, nil)
	l.keeps(t, was)
	l.keeps(t, other)
	must(0, l.Finish(t.Context()))
	for _, by := range []collection.ID{other.ID(), {12}} {
		key := successorRecord.Key(ann, was.ID(), by)
		l.damages(key)
		if how, err := Mends(l.Core)[successorRecord].Do(t.Context(), key); how != Removed || err != nil {
			t.Errorf("%v: %q, %v", by, how, err)
		}
	}
	if _, err := l.mendSuccessor(t.Context(), "succ/none"); err == nil {
		t.Error("a key that names nothing")
	}
}

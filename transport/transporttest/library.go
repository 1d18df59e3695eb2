package transporttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// whole checks that a library returns a reader the collection c, and then, as
// what changes of it, all that leads from c to the same labels. It returns the
// state that the library told.
func whole(t *testing.T, from transport.Library, c collection.Collection) transport.State {
	t.Helper()
	state, err := from.Collection(t.Context(), c.Name())
	want(t, err, nil)
	got, err := collection.Decode(state.Collection)
	want(t, err, nil)
	if got.Identity() != c.Identity() || state.Edition != got.EditionDigest() {
		t.Error("another collection")
	}
	changes, err := from.Updates(t.Context(), c.Name())
	want(t, err, nil)
	if len(changes.Collection) > 0 || changes.Edition != state.Edition || len(state.Updates) > 0 {
		t.Errorf("what changes: %+v", changes)
	}
	us, err := collection.DecodeUpdates(changes.Updates)
	want(t, err, nil)
	c, _, err = c.Apply(us...)
	want(t, err, nil)
	sameLabels(t, c, got)
	several(t, from, c, state, changes)
	return state
}

// several checks that a library returns, of many at once, of each what the reader lacks, or
// why not, and refuses more than there may be.
func several(t *testing.T, from transport.Library, c collection.Collection, state, changes transport.State) {
	t.Helper()
	known := func(id collection.ID, edition collection.Digest) transport.Known {
		return transport.Known{Author: c.Author(), ID: id, Edition: edition}
	}
	asked := []transport.Known{
		known(c.ID(), collection.Digest{}), known(collection.ID{9}, collection.Digest{}), known(c.ID(), state.Edition), known(c.ID(), collection.Digest{9}),
	}
	var got []transport.State
	for s, err := range from.Collections(t.Context(), asked) {
		if len(got) == 1 {
			want(t, err, transport.ErrNotFound)
		} else {
			want(t, err, nil)
		}
		got = append(got, s)
	}
	for range from.Collections(t.Context(), asked) {
		break // who has enough takes no more
	}
	if len(got) != len(asked) {
		t.Fatalf("%d of %d states", len(got), len(asked))
	}
	for i, s := range []transport.State{state, {}, changes, state} {
		if !bytes.Equal(got[i].Collection, s.Collection) || got[i].Edition != s.Edition || len(got[i].Updates) != len(s.Updates) || len(got[i].Sources) != len(s.Sources) {
			t.Errorf("%d: %+v, want %+v", i, got[i], s)
		}
	}
	refused := 0
	for _, err := range from.Collections(t.Context(), make([]transport.Known, transport.MaxCollections+1)) {
		want(t, err, transport.ErrTooLarge)
		refused++
	}
	if refused != 1 {
		t.Errorf("refused %d times", refused)
	}
}

func sameLabels(t *testing.T, c, got collection.Collection) {
	t.Helper()
	for i := range c.Len() {
		_, a := c.At(i)
		if _, b := got.At(i); a != b {
			t.Errorf("item %d is %v in the collection, and %v by its updates", i, b, a)
		}
	}
}

// partial checks that a library returns a partial version, from several offsets
// on, and says where it ends.
func partial(t *testing.T, from transport.Library, ref transport.Ref, data []byte) {
	t.Helper()
	size := int64(len(data))
	for _, offset := range []int64{0, 1, 10, size - 1, size} {
		stream, err := from.Version(t.Context(), ref, offset)
		want(t, err, nil)
		got, err := readAll(stream, nil)
		want(t, err, nil)
		if !bytes.Equal(got, data[offset:]) || stream.Size != size {
			t.Errorf("from %d on: %d bytes of %d", offset, len(got), stream.Size)
		}
	}
	for offset, target := range map[int64]error{
		size + 1: transport.ErrOffset, 1 << 40: transport.ErrOffset, -1: transport.ErrMalformed,
	} {
		_, err := from.Version(t.Context(), ref, offset)
		want(t, err, target)
	}
}

// came is a version that came in a stream of many.
type came struct {
	item int
	data []byte
}

// pulled returns what comes of a version of all items but some, in the order in which it
// comes, to the end of the stream.
func pulled(ctx context.Context, from transport.Library, name collection.Name, version int, held transport.Bits) (all []came, err error) {
	stream, err := from.Versions(ctx, name, version, held)
	if err != nil {
		return nil, err
	}
	return cameOf(stream, version)
}

// cameOf returns what comes in a stream of a version to its end, and closes it.
func cameOf(stream io.ReadCloser, version int) (all []came, err error) {
	defer stream.Close()
	r := transport.NewUploadReader(stream)
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) && len(r.Seal().Seal) == 0 {
			return all, nil
		}
		var data []byte
		if err == nil {
			data, err = io.ReadAll(f)
		}
		if err == nil && (f.Version != version || f.Offset != 0) {
			err = transport.ErrNotAsked
		}
		if err != nil {
			return all, err
		}
		all = append(all, came{f.Item, data})
	}
}

// pullsOf checks that a library returns a version of these items in this order, but for
// those that the caller has, and none that is complete or is not there.
func pullsOf(t *testing.T, from transport.Library, c collection.Collection, versions [][]byte, order ...int) {
	t.Helper()
	var held transport.Bits
	for n := range len(order) + 1 {
		got, err := pulled(t.Context(), from, c.Name(), 0, held)
		want(t, err, nil)
		if len(got) != len(order)-n {
			t.Fatalf("%d came of %d", len(got), len(order)-n)
		}
		for i, one := range got {
			if at := order[n+i]; one.item != at || !bytes.Equal(one.data, versions[at]) {
				t.Errorf("%d bytes of item %d came, want item %d", len(one.data), one.item, at)
			}
		}
		if n < len(order) {
			held = held.Add(order[n])
		}
	}
	for _, version := range []int{2, 3} {
		_, err := pulled(t.Context(), from, c.Name(), version, nil)
		want(t, err, transport.ErrNotFound)
	}
	_, err := pulled(t.Context(), from, c.Name(), 0, transport.BitsOf(c.Len()))
	want(t, err, transport.ErrMalformed)
}

// noVersions checks that a library returns none of these versions.
func noVersions(t *testing.T, from transport.Library, refs ...transport.Ref) {
	t.Helper()
	for _, ref := range refs {
		_, err := from.Version(t.Context(), ref, 0)
		want(t, err, transport.ErrNotFound)
	}
}

// serves reports whether one of the sources serves an item.
func serves(sources []transport.Source, item int) bool {
	for _, s := range sources {
		if s.Items.Has(item) {
			return true
		}
	}
	return false
}

package transporttest

import (
	"bytes"
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
	return state
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

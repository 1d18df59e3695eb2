package main

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// rankOf is the label that says so many versions are missing.
func (d *data) rankOf(missing uint8) label.Rank {
	if missing == 0 {
		return label.Complete
	}
	return label.Rank(d.state.versions() - int(missing))
}

// TestCollectSaysTheSame checks that the SDK's collection holds the data that
// the peers hold, before and after its encoding.
func TestCollectSaysTheSame(t *testing.T) {
	for _, s := range states {
		for _, n := range []int{1, 300} {
			d := newData(n, s, 1)
			c := collect(d)
			checkCollection(t, d, c)
			b := must(c.MarshalBinary())
			checkCollection(t, d, must(collection.Decode(b)))
			var copied collection.Collection
			if err := copied.UnmarshalBinary(b); err != nil {
				t.Fatal(err)
			}
			clear(b)
			checkCollection(t, d, copied)
		}
	}
}

func checkCollection(t *testing.T, d *data, c collection.Collection) {
	t.Helper()
	h := c.Header()
	if h.Title != d.title || h.ID != d.id || h.Author != d.author || h.Created.UnixMilli() != d.created {
		t.Errorf("%s: header %+v is not the data's", d.state, h)
	}
	if c.Len() != len(d.ids) {
		t.Fatalf("%s: %d items, want %d", d.state, c.Len(), len(d.ids))
	}
	for i, want := range d.ids {
		if id, rank := c.At(i); id != want || rank != d.rankOf(d.missing[i]) {
			t.Fatalf("%s: item %d is %v, %v; want %x, %v", d.state, i, id, rank, want, d.rankOf(d.missing[i]))
		}
	}
}

// TestOneUpdateSaysItAll checks that the measured sizes are those of a
// collection whose author has restated what is there.
func TestOneUpdateSaysItAll(t *testing.T) {
	for _, s := range states {
		updates := 0
		for range collect(newData(300, s, 1)).Updates() {
			updates++
		}
		if want := map[bool]int{true: 0, false: 1}[s == allPending]; updates != want {
			t.Errorf("%s: %d updates, want %d", s, updates, want)
		}
	}
}

// TestMeasuredOperationsDoTheirWork runs what is timed and checks its result.
func TestMeasuredOperationsDoTheirWork(t *testing.T) {
	a, b := newData(300, flagsAtRandom, 1), newData(300, flagsAtRandom, 2)
	for _, s := range joinSubjects(a, b) {
		s.run()
		labelled := decoded.Labelled()
		switch s.Op {
		case "join":
			joined := newData(300, flagsAtRandom, 1)
			for i := range joined.missing {
				joined.missing[i] = min(a.missing[i], b.missing[i])
			}
			checkCollection(t, joined, decoded)
		case "apply":
			if want := collect(a).Labelled() - 1; labelled != want {
				t.Errorf("apply leaves %d labels, want %d", labelled, want)
			}
		}
	}
	encode := encodeSubject(a)
	encode.run()
	if b := sink.bytes; len(b) != encode.Bytes || !bytes.Equal(b, must(collect(a).MarshalBinary())) {
		t.Error("encode returns other bytes")
	}
}

// TestStreamWritesTheCollection checks that what is streamed is what the SDK
// would make of the same parts at once.
func TestStreamWritesTheCollection(t *testing.T) {
	d := newData(300, allPending, 0)
	body := d.body()
	for i := range body.Items {
		body.Items[i].Digests = []collection.Digest{thumbnailDigest(body.Items[i].ID)}
	}
	want := must(must(collection.New(d.header(), body)).MarshalBinary())
	var got bytes.Buffer
	if n := writeStream(d, &got); n != len(want) || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the stream's %d bytes are not the collection's %d", n, len(want))
	}
}

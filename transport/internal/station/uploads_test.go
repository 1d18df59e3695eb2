package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// pieces is a reader that returns pieces of a few bytes, one at each turn of a token
// that all readers share, and then its end.
type pieces struct {
	data []byte
	size int
	end  error
	turn *sync.Mutex
}

func (p *pieces) Read(b []byte) (int, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	if len(p.data) == 0 {
		return 0, p.end
	}
	n := copy(b[:min(len(b), p.size)], p.data)
	p.data = p.data[n:]
	return n, nil
}

// TestReceiveTogether: however many bring a version at once, from whatever offsets,
// as long as none of them lies it is stored once, and only those whose streams
// break off before have an error. One that lies does no more harm than that the
// others are told to begin again.
func TestReceiveTogether(t *testing.T) {
	data := bytes.Repeat([]byte("the original as it was taken. "), 20)
	item := []collection.Item{{ID: collection.ItemID{1}, Digests: []collection.Digest{digest.Sum(data)}}}
	c := must(collection.New(collection.Header{ID: collection.ID{1}, Author: ann}, collection.Body{Items: item}))
	broken := errors.New("broken off")
	rapid.Check(t, func(t *rapid.T) {
		k := New(Config{Store: new(memstore.Store)})
		part := rapid.IntRange(0, len(data)-1).Draw(t, "part")
		_, err := k.Versions.Receive(t.Context(), c, 0, 0, 0, &pieces{data[:part], 64, broken, new(sync.Mutex)})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		var turn sync.Mutex
		var senders []func()
		honest := true
		for i := range rapid.IntRange(1, 5).Draw(t, "senders") {
			offset := rapid.IntRange(0, part).Draw(t, "offset")
			kind := rapid.SampledFrom([]string{"whole", "breaks off", "lies"}).Draw(t, "kind")
			r := &pieces{slices.Clone(data[offset:]), rapid.IntRange(1, 100).Draw(t, "size"), io.EOF, &turn}
			switch kind {
			case "breaks off":
				r.data, r.end = r.data[:len(r.data)/2], broken
			case "lies":
				r.data[len(r.data)-1]++
				honest = false
			}
			senders = append(senders, func() {
				n, err := k.Versions.Receive(t.Context(), c, 0, 0, int64(offset), r)
				if err == nil && n != int64(len(data)) || err != nil && kind == "whole" && (honest || !errors.Is(err, transport.ErrOffset)) {
					t.Errorf("sender %d, who %s: %d bytes, %v", i, kind, n, err)
				}
			})
		}
		var all sync.WaitGroup
		for _, sender := range senders {
			all.Go(sender)
		}
		all.Wait()
		if _, err := k.Versions.Receive(t.Context(), c, 0, 0, 0, bytes.NewReader(data)); errors.Is(err, transport.ErrOffset) {
			_, err = k.Versions.Receive(t.Context(), c, 0, 0, 0, bytes.NewReader(data))
			if err != nil {
				t.Fatalf("begun again: %v", err)
			}
		}
		b := must(k.Versions.Open(t.Context(), c, 0, 0))
		if got := must(io.ReadAll(io.NewSectionReader(b, 0, b.Size()))); !bytes.Equal(got, data) {
			t.Errorf("stored %q", got)
		}
		if len(k.Versions.uploads.now) != 0 {
			t.Errorf("%d uploads are remembered", len(k.Versions.uploads.now))
		}
	})
}

// TestDeadUpload: an upload that nothing comes of any more is in nobody's way, and
// when more of it comes after all its sender is told that the version is there.
func TestDeadUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := New(Config{Store: new(memstore.Store)})
		r, dead := io.Pipe()
		ended := make(chan error)
		go func() {
			_, err := k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, r)
			ended <- err
		}()
		must(dead.Write(thumbnail[:5]))
		synctest.Wait() // until it is stored
		if n := must(k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, bytes.NewReader(thumbnail))); n != int64(len(thumbnail)) {
			t.Errorf("%d bytes are stored", n)
		}
		key := versionRecord.Key(ann, digest.Sum(thumbnail)) // as it expires
		must(0, errors.Join(record.Put(t.Context(), k.Store, transport.Change{Key: key}), k.Store.Delete(t.Context(), key)))
		must(k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, bytes.NewReader(thumbnail)))
		go func() { _, _ = dead.Write(thumbnail[5:]) }()
		must(0, <-ended)
		must(0, r.Close()) // it may have known before the end that the version is here
		whole(t, k)
	})
}

// TestBeyondTheEnd: what somebody adds beyond the end of a version, of which all is
// there, is not stored with it by another who has nothing to add.
func TestBeyondTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := New(Config{Store: new(memstore.Store)})
		broken := errors.New("broken off")
		_, err := k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, &pieces{thumbnail, 64, broken, new(sync.Mutex)})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		receive := func() (*io.PipeWriter, chan error) {
			r, w := io.Pipe()
			ended := make(chan error)
			go func() {
				_, err := k.Versions.Receive(t.Context(), oneItem(), 0, 0, int64(len(thumbnail)), r)
				ended <- err
			}()
			synctest.Wait()
			return w, ended
		}
		honest, ended := receive()
		liar, lied := receive()
		must(liar.Write([]byte("and more")))
		must(0, honest.Close())
		if err := <-ended; !errors.Is(err, transport.ErrOffset) {
			t.Errorf("the honest sender is told %v", err)
		}
		must(0, liar.Close())
		if err := <-lied; err == nil {
			t.Error("the liar is told nothing")
		}
		must(k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, bytes.NewReader(thumbnail)))
		whole(t, k)
	})
}

// TestJustTooLate: an upload that goes on with what is there has its version, also if
// another one ends in the moment before its first byte.
func TestJustTooLate(t *testing.T) {
	k := New(Config{Store: new(memstore.Store)})
	s := must(k.Versions.join(t.Context(), versionRecord.Key(ann, digest.Sum(thumbnail))))
	must(k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, bytes.NewReader(thumbnail)))
	must(0, s.from(5))
	keep := func(changes ...transport.Change) error { return record.Put(t.Context(), k.Store, changes...) }
	if n := must(k.Versions.fill(t.Context(), s, oneItem(), 0, 0, bytes.NewReader(thumbnail[5:]), keep)); n != int64(len(thumbnail)) {
		t.Errorf("%d bytes are stored", n)
	}
	must(0, s.leave())
	whole(t, k)
}

// TestUploadAtAnotherProcess: an upload waits for one of another process that shares the
// store, and goes on with what that has left; it is refused if that does not end.
func TestUploadAtAnotherProcess(t *testing.T) {
	data := bytes.Repeat([]byte("the original as it was taken. "), 20)
	c := ofItem(data)
	for _, ends := range []bool{true, false} {
		store := new(memstore.Store)
		other := must(store.Create(t.Context(), versionRecord.Key(c.Author(), digest.Sum(data))))
		must(other.Write(data[:100]))
		pauses := 0
		k := New(Config{Store: store, Pause: func(context.Context, <-chan struct{}, time.Duration) {
			if pauses++; pauses == 3 && ends {
				must(0, other.Close())
			}
		}})
		n, err := k.Versions.Receive(t.Context(), c, 0, original, 0, bytes.NewReader(data))
		switch {
		case ends && (err != nil || n != int64(len(data)) || pauses != 3):
			t.Errorf("%d bytes after %d pauses: %v", n, pauses, err)
		case !ends && !errors.Is(err, transport.ErrConflict):
			t.Errorf("received while another process does: %v", err)
		}
	}
}

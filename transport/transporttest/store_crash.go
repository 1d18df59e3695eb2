package transporttest

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

func crashTrials() []trial[transport.Store] {
	return []trial[transport.Store]{
		{"the last batch outlives a crash", crashBatch},
		{"a large batch outlives a crash", crashLargeBatch},
		{"the last blob outlives a crash", crashBlob},
		{"a closed part outlives a crash", crashPart},
		{"an open upload leaves a prefix in a crash", crashUpload},
		{"an upload's lock does not outlive a crash", crashLock},
		{"a crash leaves the blob that was to be replaced", crashReplace},
		{"what was deleted stays away after a crash", crashDelete},
		{"a crash among batches leaves them whole", crashAmong},
	}
}

func crashBatch(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for i := range 10 {
		value := strconv.Itoa(i)
		set(t, s, to("r/1", value), to("new/"+value, value))
		s = open(t)
		has(t, s, "r/1", value)
		has(t, s, "new/"+value, value)
		set(t, s, gone("r/1"))
		s = open(t)
		lacks(t, s, "r/1")
	}
}

func crashLargeBatch(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	batch := largest()
	set(t, s, batch.Changes...)
	s = open(t)
	for _, c := range batch.Changes {
		has(t, s, c.Key, string(c.Value))
	}
}

func crashBlob(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for _, size := range []int{0, 1, 70_000, 3 << 20} {
		data := string(noise(7, size))
		put(t, s, "a/b", data)
		s = open(t)
		holds(t, s, "a/b", data)
		hasPart(t, s, "a/b", 0)
	}
}

func crashPart(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	data := string(noise(8, 200_000))
	for end := 0; end <= len(data); end += 50_000 {
		want(t, create(t, s, "a/b", data[max(0, end-50_000):end]).Close(), nil)
		s = open(t)
		hasPart(t, s, "a/b", int64(end))
	}
	w := create(t, s, "a/b", "")
	readsAs(t, w, data)
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", data)
}

// crashUpload crashes twice within an upload, the second time within one that has gone
// on after the first.
func crashUpload(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	data := string(noise(9, 900_000))
	want(t, create(t, s, "a/b", data[:1000]).Close(), nil)
	w := create(t, s, "a/b", data[1000:300_000])
	for least, end := int64(1000), 600_000; end <= len(data); end += 300_000 {
		s = open(t)
		missing(t, s, "a/b")
		size, err := s.Part(t.Context(), "a/b")
		want(t, err, nil)
		w = create(t, s, "a/b", "")
		if w.Size() != size || size < least || size > int64(end-300_000) {
			t.Fatalf("a part of %d bytes, of which Create goes on with %d; %d were closed", size, w.Size(), least)
		}
		readsAs(t, w, data[:size])
		_, err = io.WriteString(w, data[size:end])
		want(t, err, nil)
	}
	want(t, w.Commit(t.Context()), nil)
	holds(t, s, "a/b", data)
}

func crashLock(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for range 3 {
		create(t, s, "a/b", "one")
		create(t, s, "a/c", "")
		s = open(t)
	}
	for _, key := range []string{"a/b", "a/c"} {
		w, err := s.Create(t.Context(), key)
		want(t, err, nil)
		want(t, w.Discard(), nil)
		put(t, s, key, "two")
		holds(t, s, key, "two")
	}
}

func crashReplace(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	put(t, s, "a/b", "first")
	create(t, s, "a/b", strings.Repeat("second", 20_000))
	s = open(t)
	holds(t, s, "a/b", "first")
	for b, err := range s.List(t.Context(), "", "", 0) {
		want(t, err, nil)
		if b.Key != "a/b" || b.Size != 5 {
			t.Errorf("%s of %d bytes is listed", b.Key, b.Size)
		}
	}
	want(t, create(t, s, "a/b", "").Discard(), nil)
	put(t, s, "a/b", "third")
	holds(t, open(t), "a/b", "third")
}

func crashDelete(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	put(t, s, "a/b", "one")
	want(t, create(t, s, "a/b", "part").Close(), nil)
	want(t, create(t, s, "a/c", "part").Close(), nil)
	want(t, s.Delete(t.Context(), "a/b"), nil)
	want(t, create(t, s, "a/c", "").Discard(), nil)
	s = open(t)
	missing(t, s, "a/b")
	hasPart(t, s, "a/b", 0)
	hasPart(t, s, "a/c", 0)
}

// crashAmong crashes while several write, each into two records of its own. What they
// knew to be written before must be there, and no batch in part.
func crashAmong(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for round := range 3 {
		crowd := newCrowd(t, s, fmt.Sprintf("crowd/%d", round))
		crowd.writtenBy(t, 5)
		least := crowd.written()
		s = open(t)
		crowd.stop.Store(true)
		soon(t, "a call under way while a store crashes", func() error { crowd.all.Wait(); return nil })
		for i, least := range least {
			found, err := s.Get(t.Context(), crowd.keys(i)...)
			want(t, err, nil)
			want(t, ofOneBatch(found), nil)
			if n, _ := strconv.ParseInt(string(found[0].Value), 10, 64); n < least {
				t.Errorf("%d batches are there of %d", n, least)
			}
		}
	}
}

// crowd are several that write numbers that grow until they are stopped, or fail.
type crowd struct {
	name  string
	stop  atomic.Bool
	all   sync.WaitGroup
	count [4]atomic.Int64
}

func newCrowd(t testing.TB, s transport.Store, name string) *crowd {
	c := &crowd{name: name}
	for i := range c.count {
		c.all.Go(func() {
			for n := int64(1); !c.stop.Load(); n++ {
				value := strconv.FormatInt(n, 10)
				if _, err := s.Apply(t.Context(), transport.Batch{Changes: toAll(c.keys(i), value)}); err != nil {
					return
				}
				c.count[i].Store(n)
			}
		})
	}
	return c
}

func (c *crowd) keys(i int) []string {
	return []string{fmt.Sprintf("%s/%d/a", c.name, i), fmt.Sprintf("%s/%d/b", c.name, i)}
}

// written is how many batches each of the crowd knows to be written.
func (c *crowd) written() (out []int64) {
	for i := range c.count {
		out = append(out, c.count[i].Load())
	}
	return out
}

// writtenBy waits until each has written so many.
func (c *crowd) writtenBy(t testing.TB, n int64) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		least := c.written()
		if min(least[0], least[1], least[2], least[3]) >= n {
			return
		}
		if time.Now().After(end) {
			c.stop.Store(true)
			t.Fatalf("batches written by each of several at once: %v", least)
		}
	}
}

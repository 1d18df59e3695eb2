package storecopy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

func TestCopy(t *testing.T) {
	from, to := filled(t), new(memstore.Store)
	set(t, to, "old", "x")
	set(t, to, "r/1", "x")
	must(t, put(t.Context(), to, "a-old", "x"))
	must(t, put(t.Context(), to, "b/1", "x"))
	report, err := storecopy.Copy(t.Context(), to, from, storecopy.Options{})
	must(t, err)
	equal(t, from, to)
	if want := (storecopy.Counts{Seen: 41, Copied: 40, Removed: 1, Bytes: 40 * 39 / 2 * 5000}); report.Blobs != want {
		t.Errorf("blobs %+v, want %+v", report.Blobs, want)
	}
	if got := report.Records; got.Seen != 1502 || got.Copied != 1501 || got.Removed != 1 {
		t.Errorf("records %+v", got)
	}
	again, err := storecopy.Copy(t.Context(), to, from, storecopy.Options{})
	must(t, err)
	if again.Changes() != 0 || again.Records.Bytes != 0 || again.Blobs.Bytes != 0 {
		t.Errorf("the second pass: %+v", again)
	}
}

// TestProgress: the figures only grow, and end with those that are returned.
func TestProgress(t *testing.T) {
	from, to := filled(t), new(memstore.Store)
	var last storecopy.Report
	progress := func(r storecopy.Report) {
		if r.Records.Seen < last.Records.Seen || r.Blobs.Bytes < last.Blobs.Bytes {
			t.Errorf("%+v after %+v", r, last)
		}
		last = r
	}
	report, err := storecopy.Copy(t.Context(), to, from, storecopy.Options{Progress: progress})
	must(t, err)
	if last != report {
		t.Errorf("%+v, returned %+v", last, report)
	}
}

// TestCopyWhileInUse: passes over a store that others write into make no error, and one
// after they have ended leaves nothing behind.
func TestCopyWhileInUse(t *testing.T) {
	from, to := filled(t), new(memstore.Store)
	var writers sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for id := range 3 {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := change(t.Context(), from, id, i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 4 {
		if _, err := storecopy.Copy(t.Context(), to, from, storecopy.Options{}); err != nil {
			t.Error(err)
		}
	}
	stop()
	writers.Wait()
	_, err := storecopy.Copy(t.Context(), to, from, storecopy.Options{Bytes: true})
	must(t, err)
	equal(t, from, to)
}

// change is what one of several writers does: it sets, removes, replaces.
func change(ctx context.Context, s transport.Store, id, i int) error {
	key := fmt.Sprintf("b/%d", id+3*(i%50))
	if i%3 == 0 {
		if err := s.Delete(ctx, key); err != nil {
			return err
		}
		return apply(ctx, s, transport.Change{Key: fmt.Sprintf("r/%d", i%100)})
	}
	if err := put(ctx, s, key, text(i, 100*(i%7))); err != nil {
		return err
	}
	return apply(ctx, s, transport.Change{Key: fmt.Sprintf("r/%d", i%100), Value: []byte(key)})
}

// TestCopyFails: whatever call fails, the error is told, and passes that are made again
// come to the end.
func TestCopyFails(t *testing.T) {
	from, to := filled(t), new(memstore.Store)
	next := atomic.Int64{}
	fails := func(call int64, _, _ string) error {
		if at := next.Load(); call < at || !next.CompareAndSwap(at, call*5/4+1) {
			return nil
		}
		return transport.At(transport.ErrStorage, "broken")
	}
	badTo, badFrom := &faulty{Store: to, fails: fails}, &faulty{Store: from, fails: fails}
	failed := 0
	for {
		_, err := storecopy.Copy(t.Context(), badTo, badFrom, storecopy.Options{Bytes: true})
		if err == nil {
			break
		}
		if failed++; !errors.Is(err, transport.ErrStorage) || failed > 1000 {
			t.Fatal(err)
		}
	}
	t.Logf("%d passes failed", failed)
	equal(t, from, to)
}

// TestEachKindOfFailure fails each kind of call for ever, and then not any more.
func TestEachKindOfFailure(t *testing.T) {
	broken := transport.At(transport.ErrStorage, "broken")
	for _, what := range strings.Fields("open read create write commit delete apply scan list") {
		from, inner := filled(t), new(memstore.Store)
		must(t, put(t.Context(), inner, "a-old", "x"))
		fails := func(_ int64, call, _ string) error {
			if call == what {
				return broken
			}
			return nil
		}
		to := &faulty{Store: inner, fails: fails}
		set(t, inner, "old", "x")
		_, err := storecopy.Copy(t.Context(), to, &faulty{Store: from, fails: fails}, storecopy.Options{})
		if !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%s fails: %v", what, err)
		}
		_, err = storecopy.Copy(t.Context(), inner, from, storecopy.Options{})
		must(t, err)
		equal(t, from, inner)
	}
}

// TestDamagedBlob: one blob that cannot be read, or is shorter than it was said to be, is
// named, and keeps none of the others.
func TestDamagedBlob(t *testing.T) {
	for _, damage := range []error{transport.At(transport.ErrStorage, "damaged"), io.EOF} {
		damagedBlob(t, damage)
	}
}

func damagedBlob(t *testing.T, damage error) {
	from, to := filled(t), new(memstore.Store)
	damaged := &faulty{Store: from, fails: func(_ int64, what, key string) error {
		if what == "read" && key == "b/100" {
			return damage
		}
		return nil
	}}
	report, err := storecopy.Copy(t.Context(), to, damaged, storecopy.Options{})
	if !errors.Is(err, transport.ErrStorage) || !strings.Contains(err.Error(), "b/100") || report.Blobs.Copied != 39 {
		t.Errorf("%+v, %v", report, err)
	}
	must(t, put(t.Context(), to, "b/100", text(10, 50_000)))
	found, err := storecopy.Check(t.Context(), damaged, to, storecopy.Options{})
	if err != nil || len(found) != 1 || found[0].Key != "b/100" || !errors.Is(found[0].Err, transport.ErrStorage) {
		t.Errorf("%v, %v", found, err)
	}
	equal(t, from, to)
}

// TestCopyGoesOnWithinABlob: what was sent of a blob is not sent again, and what is no
// beginning of it is not used.
func TestCopyGoesOnWithinABlob(t *testing.T) {
	data := text(1, 3<<20)
	for name, part := range map[string]string{"a beginning": data[:1<<20], "all": data, "longer": data + "x", "another": text(2, 1<<20)} {
		from, inner := new(memstore.Store), new(memstore.Store)
		must(t, put(t.Context(), from, "a", data))
		w, err := inner.Create(t.Context(), "a")
		must(t, err)
		_, err = w.Write([]byte(part))
		must(t, errors.Join(err, w.Close()))
		written := 0
		to := &faulty{Store: inner, fails: func(_ int64, what, _ string) error {
			if what == "write" {
				written++
			}
			return nil
		}}
		_, err = storecopy.Copy(t.Context(), to, from, storecopy.Options{})
		must(t, err)
		equal(t, from, inner)
		whole := len(data) / (256 << 10) // which are written at once
		if want := map[string]int{"a beginning": whole * 2 / 3, "all": 0}[name]; strings.HasPrefix(data, part) && written > want+1 {
			t.Errorf("%s: %d writes, want %d", name, written, want)
		}
	}
}

func TestCopyCanceled(t *testing.T) {
	from, inner := filled(t), new(memstore.Store)
	for _, at := range []string{"apply", "scan", "list", "create", "write", "commit"} {
		ctx, cancel := context.WithCancel(t.Context())
		to := &faulty{Store: inner, fails: func(_ int64, what, _ string) error {
			if what == at {
				cancel()
			}
			return nil
		}}
		set(t, inner, "old", "x")
		must(t, inner.Delete(t.Context(), "b/9"))
		must(t, put(t.Context(), inner, "a-old", "x"))
		if _, err := storecopy.Copy(ctx, to, from, storecopy.Options{}); err != context.Canceled {
			t.Errorf("canceled at %s: %v", at, err)
		}
		cancel()
	}
	_, err := storecopy.Copy(t.Context(), inner, from, storecopy.Options{})
	must(t, err)
	equal(t, from, inner)
}

func TestUnorderedStore(t *testing.T) {
	from, to := filled(t), new(memstore.Store)
	_, err := storecopy.Copy(t.Context(), to, unordered{from}, storecopy.Options{})
	if !errors.Is(err, transport.ErrStorage) {
		t.Error(err)
	}
}

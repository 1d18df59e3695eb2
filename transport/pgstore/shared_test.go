package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/pgstore"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func TestSharedStore(t *testing.T) {
	server := pgtest.Start(t)
	urls := map[testing.TB]string{}
	blobs := map[testing.TB]*memstore.Store{}
	transporttest.SharedStore(t, func(t testing.TB) transport.Store {
		if blobs[t] == nil {
			urls[t], blobs[t] = server.URL(), new(memstore.Store)
		}
		return joined{open(t, urls[t]), &process{blobs[t], new(memstore.Store)}}
	})
}

// process has blobs in a memory that it shares, and uploads in one of its own.
type process struct {
	*memstore.Store
	own *memstore.Store
}

func (p *process) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := p.own.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	part, err := p.Store.Create(ctx, key)
	if err != nil {
		return nil, errors.Join(err, w.Discard())
	}
	_, err = io.Copy(w, io.NewSectionReader(part, 0, part.Size()))
	return &ownUpload{w, p, key}, errors.Join(err, part.Close())
}

type ownUpload struct {
	transport.BlobWriter
	process *process
	key     string
}

func (u *ownUpload) Commit(ctx context.Context) error {
	return u.end(func(w transport.BlobWriter) error { return w.Commit(ctx) })
}

func (u *ownUpload) Close() error { return u.end(transport.BlobWriter.Close) }

// end writes to the shared memory what is in that of the process.
func (u *ownUpload) end(end func(transport.BlobWriter) error) error {
	ctx := context.Background()
	data, err := io.ReadAll(io.NewSectionReader(u.BlobWriter, 0, u.Size()))
	if err != nil || u.BlobWriter.Discard() != nil {
		return err
	}
	for _, end := range []func(transport.BlobWriter) error{transport.BlobWriter.Discard, func(w transport.BlobWriter) error {
		_, err := w.Write(data)
		return errors.Join(err, end(w))
	}} {
		w, err := u.process.Store.Create(ctx, u.key)
		if err == nil {
			err = end(w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestOpenAtOnce has many processes find no tables at the same time.
func TestOpenAtOnce(t *testing.T) {
	server := pgtest.Start(t)
	for range 5 {
		url := server.URL()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				r, err := pgstore.Open(t.Context(), url)
				if err != nil {
					t.Error(err)
					return
				}
				r.Close()
			})
		}
		all.Wait()
	}
}

// TestTransfers has four processes move coins between accounts, of which empty ones are
// removed. A transfer also rests on an account that it does not change. The total, and
// no other, is what all see at any moment, also where the database says that transactions
// have another isolation.
func TestTransfers(t *testing.T) {
	const accounts, coins = 20, 200
	url := pgtest.Start(t).URL() + "&default_transaction_isolation=serializable"
	var all []*pgstore.Records
	for range 4 {
		all = append(all, open(t, url))
	}
	_, err := all[0].Apply(t.Context(), transport.Batch{Changes: []transport.Change{{Key: account(0), Value: []byte(strconv.Itoa(coins))}}})
	must(t, err)
	var moved, conflicts atomic.Int64
	var done sync.WaitGroup
	for i := range 16 {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		done.Go(func() {
			for range 100 {
				for {
					err := transfer(t, all[i%4], random.Perm(accounts))
					if err == nil {
						break
					}
					if !errors.Is(err, transport.ErrConflict) {
						t.Error(err)
						return
					}
					conflicts.Add(1)
				}
				moved.Add(1)
				if total := total(t, all[i/4], accounts); total != coins {
					t.Errorf("%d coins of %d", total, coins)
				}
			}
		})
	}
	done.Wait()
	t.Logf("%d transfers, %d conflicts", moved.Load(), conflicts.Load())
}

func account(i int) string { return fmt.Sprintf("account/%d", i) }

// transfer moves a coin from the first of some accounts that has one to the next one, if
// the one after that, too, is as it was read.
func transfer(t *testing.T, r *pgstore.Records, order []int) error {
	var keys []string
	for _, i := range order {
		keys = append(keys, account(i))
	}
	found, err := r.Get(t.Context(), keys...)
	if err != nil {
		return err
	}
	for i := range found[:len(found)-2] {
		if found[i].Version == 0 {
			continue
		}
		var b transport.Batch
		for _, record := range found[i : i+3] {
			b.Conditions = append(b.Conditions, transport.Condition{Key: record.Key, Version: record.Version})
		}
		for d, record := range found[i : i+2] {
			c := transport.Change{Key: record.Key}
			if n := number(record) - 1 + 2*d; n > 0 {
				c.Value = []byte(strconv.Itoa(n))
			}
			b.Changes = append(b.Changes, c)
		}
		_, err := r.Apply(t.Context(), b)
		return err
	}
	return nil // the coins are all at the end of the order
}

func number(r transport.Record) int {
	n, _ := strconv.Atoi(string(r.Value)) // 0 if it is not there
	return n
}

func total(t *testing.T, r *pgstore.Records, accounts int) (n int) {
	var keys []string
	for i := range accounts {
		keys = append(keys, account(i))
	}
	found, err := r.Get(t.Context(), keys...)
	if err != nil {
		t.Error(err)
	}
	for _, record := range found {
		n += number(record)
	}
	return n
}

// TestManyLocks makes batches at once that together have more keys than the server has
// room for locks, and ones that are too large to have a lock for each key.
func TestManyLocks(t *testing.T) {
	url := pgtest.Start(t).URL()
	r, other := open(t, url), open(t, url)
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			var b transport.Batch
			for n := range 1000 + i%3*500 {
				b.Conditions = append(b.Conditions, transport.Condition{Key: fmt.Sprintf("none/%d/%d", i, n)})
				b.Changes = append(b.Changes, transport.Change{Key: fmt.Sprintf("some/%d/%d", i, n), Value: []byte("x")})
			}
			b.Conditions = b.Conditions[:20]
			if _, err := []*pgstore.Records{r, other}[i%2].Apply(t.Context(), b); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLocksOfKeys: a batch whose conditions are about what it changes has one lock for each
// key, and does not wait for others as one with too many does.
func TestLocksOfKeys(t *testing.T) {
	url := pgtest.Start(t).URL()
	r := open(t, url)
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), "SELECT pg_advisory_lock_shared(0)"); err != nil {
		t.Fatal(err) // as a batch under way does
	}
	var b transport.Batch
	for i := range 600 {
		key := "key/" + strconv.Itoa(i)
		b.Conditions = append(b.Conditions, transport.Condition{Key: key})
		b.Changes = append(b.Changes, transport.Change{Key: key, Value: []byte{1}})
	}
	if _, err := r.Apply(t.Context(), b); err != nil {
		t.Error(err)
	}
}

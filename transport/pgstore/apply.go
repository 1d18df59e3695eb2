package pgstore

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/glimpse-go/glimpse/transport"
)

const (
	// gate is the lock that every batch takes, first of all, and shared, if it takes
	// one for each of its keys; a batch with more than maxLocks takes it alone.
	gate     = 0
	maxLocks = 1024
	// tries is how often a call is made that the server gives up before it has done
	// anything.
	tries = 5
)

// Apply implements transport.Records. It takes one round trip.
func (r *Records) Apply(ctx context.Context, batch transport.Batch) (version uint64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := batch.Check(); err != nil {
		return 0, err
	}
	if len(batch.Changes) == 0 {
		return 0, r.look(ctx, batch.Conditions)
	}
	most := maxLocks
	err = r.try(ctx, func() error {
		version, err = r.apply(ctx, batch, locks(batch, most))
		if code(err) == outOfMemory {
			most = 0 // the server has no room for so many locks
		}
		return err
	})
	return version, err
}

// look looks whether all conditions hold, at one moment.
func (r *Records) look(ctx context.Context, conditions []transport.Condition) error {
	keys, versions := columns(conditions)
	return r.try(ctx, func() error {
		var key []byte
		err := r.pool.QueryRow(ctx, lookSQL, keys, versions).Scan(&key)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = transport.At(transport.ErrConflict, string(key))
		}
		return err
	})
}

// apply sends two statements at once, which are one transaction. The second one begins,
// and looks, when the locks are there.
func (r *Records) apply(ctx context.Context, batch transport.Batch, locks map[int64]bool) (uint64, error) {
	ids := slices.Sorted(maps.Keys(locks))
	exclusive := make([]bool, len(ids))
	for i, id := range ids {
		exclusive[i] = locks[id]
	}
	keys, versions := columns(batch.Conditions)
	var gone, set, values [][]byte
	for _, c := range batch.Changes {
		if c.Value == nil {
			gone = append(gone, []byte(c.Key))
		} else {
			set, values = append(set, []byte(c.Key)), append(values, c.Value)
		}
	}
	var version int64
	var conflict []byte
	var both pgx.Batch
	both.Queue(lockSQL, ids, exclusive)
	both.Queue(applySQL, keys, versions, gone, set, values).QueryRow(func(row pgx.Row) error {
		return row.Scan(&version, &conflict)
	})
	if err := r.pool.SendBatch(ctx, &both).Close(); err != nil {
		return 0, err
	}
	if conflict != nil {
		return 0, transport.At(transport.ErrConflict, string(conflict))
	}
	return uint64(version), nil
}

// columns returns conditions as two arrays. A version that no record can have is a
// negative one.
func columns(conditions []transport.Condition) (keys [][]byte, versions []int64) {
	for _, c := range conditions {
		keys, versions = append(keys, []byte(c.Key)), append(versions, int64(c.Version))
	}
	return keys, versions
}

// locks returns which locks a batch takes, and whether nobody else may have them. They
// are numbers made of keys: two keys that have the same one only wait for each other.
func locks(batch transport.Batch, most int) map[int64]bool {
	out := map[int64]bool{gate: false}
	for _, c := range batch.Conditions {
		out[lock(c.Key)] = false
	}
	for _, c := range batch.Changes {
		out[lock(c.Key)] = true
	}
	if len(out)-1 > most {
		return map[int64]bool{gate: true}
	}
	return out
}

func lock(key string) int64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return int64(h.Sum64())
}

// What the server reports when it has given up and done nothing.
const (
	outOfMemory      = "53200"
	serializeFailure = "40001"
	deadlock         = "40P01"
)

// code returns the code of an error that the server has reported.
func code(err error) string {
	if reported, ok := errors.AsType[*pgconn.PgError](err); ok {
		return reported.Code
	}
	return ""
}

// try makes a call, and again if nothing was done and it may be better the next time. It
// puts an error into the family of the contract.
func (r *Records) try(ctx context.Context, call func() error) error {
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := call()
		switch {
		case err == nil || errors.Is(err, transport.Err):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		again := pgconn.SafeToRetry(err)
		switch code(err) {
		case outOfMemory, serializeFailure, deadlock:
			again = true
		case "", "57P01", "57P02", "25006": // lost, shut down, crashed, read only
			r.pool.Reset() // the other connections are of no more use, perhaps
		}
		if !again || n == tries {
			return fmt.Errorf("%w: %w", transport.ErrStorage, err)
		}
	}
}

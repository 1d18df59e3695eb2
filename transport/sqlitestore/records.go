package sqlitestore

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/pages"
)

// rowBytes is what a change adds to the log beside its value: a page.
const rowBytes = 4 << 10

// fromWanted finds the records of a JSON array of keys, whose places in it are the keys
// of wanted. It looks for them one after the other, in one statement, and so at one moment.
const fromWanted = " FROM json_each(?) AS wanted CROSS JOIN records ON records.key = wanted.value"

const versionsSQL = "SELECT wanted.key, version" + fromWanted

// Get implements transport.Records.
func (s *Store) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]transport.Record, len(keys))
	for i, key := range keys {
		out[i].Key = key
	}
	if err := s.read.use(ctx, func(r *reader) error { return r.find(keys, out) }); err != nil {
		return nil, err
	}
	return out, nil
}

// find fills records, which have their keys, at one moment. If SQLite finds a page damaged,
// it looks which of them cannot be read.
func (r *reader) find(keys []string, out []transport.Record) error {
	if len(keys) == 1 {
		err := each(r.get, func(columns []driver.Value) (bool, error) { return true, fill(&out[0], columns) }, keys[0])
		return unread(err, keys[0])
	}
	err := each(r.getAll, func(columns []driver.Value) (bool, error) {
		return true, fill(&out[as[int64](columns[0])], columns[1:])
	}, array(keys))
	for i := 0; i < len(keys) && corrupt(err); i++ {
		err = cmp.Or(r.find(keys[i:i+1], out[i:i+1]), err)
	}
	return err
}

// array is a JSON array of keys.
func array(keys []string) string {
	out, _ := json.Marshal(keys) // strings have no error
	return string(out)
}

// fill reads the columns of a record whose key is there.
func fill(r *transport.Record, columns []driver.Value) error {
	r.Version, r.Value = uint64(as[int64](columns[0])), as[[]byte](columns[2])
	if r.Value == nil {
		r.Value = []byte{}
	}
	if recordSum(r.Key, r.Version, r.Value) != as[int64](columns[1]) {
		return damaged(r.Key)
	}
	return nil
}

// damaged is the error of what has another checksum than it had.
func damaged(key string) error {
	return transport.At(fmt.Errorf("%w: damaged", transport.ErrStorage), key)
}

// corrupt reports whether an error is SQLite's, which has found a page damaged.
func corrupt(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code()&0xff == sqlite3.SQLITE_CORRUPT
}

// unread makes of the damage of a page that of the record that cannot be read for it.
func unread(err error, key string) error {
	if corrupt(err) {
		return transport.At(fmt.Errorf("%w: %v", transport.ErrStorage, err), key)
	}
	return err
}

// Scan implements transport.Records.
func (s *Store) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	page := func(from, to string, rows int) (found []transport.Record, more bool, err error) {
		size := 0
		err = s.read.use(ctx, func(r *reader) error {
			err := each(r.scan, func(columns []driver.Value) (bool, error) {
				record := transport.Record{Key: as[string](columns[0])}
				if err := fill(&record, columns[1:]); err != nil {
					return false, err
				}
				found = append(found, record)
				from = record.Key + "\x00"
				size += len(record.Value)
				return size < pages.Bytes, nil
			}, from, to, int64(rows))
			return r.unreadFrom(err, from, to)
		})
		return found, size >= pages.Bytes || len(found) == rows, err
	}
	return pages.Walk(ctx, prefix, after, limit, page, func(r transport.Record) string { return r.Key })
}

// unreadFrom is unread of the next record in the order of the keys, which are in pages of
// their own.
func (r *reader) unreadFrom(err error, from, to string) error {
	if !corrupt(err) {
		return err
	}
	columns, failed := first(r.next, from, to)
	if failed != nil || columns == nil {
		return err
	}
	return unread(err, as[string](columns[0]))
}

// Apply implements transport.Records.
func (s *Store) Apply(ctx context.Context, batch transport.Batch) (version uint64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := batch.Check(); err != nil {
		return 0, err
	}
	if len(batch.Changes) == 0 {
		return 0, s.read.use(ctx, func(r *reader) error { return look(r.versions, batch.Conditions) })
	}
	size := 0
	for _, c := range batch.Changes {
		size += rowBytes + len(c.Key) + len(c.Value)
	}
	err = s.writer.write(ctx, size, func(tx *transaction) error {
		version, err = tx.apply(batch)
		return err
	})
	return version, err
}

// look looks whether all conditions hold, at one moment, with a statement that finds the
// versions of many keys.
func look(versions statement, conditions []transport.Condition) error {
	keys := make([]string, len(conditions))
	for i, c := range conditions {
		keys[i] = c.Key
	}
	found := make([]uint64, len(keys))
	err := each(versions, func(columns []driver.Value) (bool, error) {
		found[as[int64](columns[0])] = uint64(as[int64](columns[1]))
		return true, nil
	}, array(keys))
	if err != nil {
		return err
	}
	for i, c := range conditions {
		if found[i] != c.Version {
			return transport.At(transport.ErrConflict, c.Key)
		}
	}
	return nil
}

// apply makes the changes of a batch, or returns an error that wraps
// transport.ErrConflict before it has made one.
func (tx *transaction) apply(batch transport.Batch) (uint64, error) {
	if len(batch.Conditions) > 0 {
		if err := look(tx.versions, batch.Conditions); err != nil {
			return 0, err
		}
	}
	version, err := tx.version()
	for _, c := range batch.Changes {
		if err == nil {
			err = tx.change(c, version)
		}
	}
	return version, err
}

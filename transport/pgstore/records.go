// Package pgstore keeps a station's records in PostgreSQL, for any number of processes:
// the Records of hubs that share the work. Blobs are kept elsewhere; join the two in a
// transport.Store:
//
//	struct {
//		*pgstore.Records
//		transport.Blobs
//	}
//
// A change is durable when Apply returns, as far as the server's setting
// synchronous_commit says. What one process has been told, all see: every call goes to a
// server that can be written, never to a standby.
//
// Conditions and changes are at one moment, since Apply holds a lock for each key of its
// batch (advisory locks, exclusive for changes and shared for conditions, taken in one
// order) before it looks: keys that are not there have one as well. Batches that have no
// key in common, or only conditions, do not wait for each other.
//
// A call that is under way when its connection is lost, or when the server stops, returns
// an error that wraps transport.ErrStorage, and later ones connect again. What the server
// gave up before it did anything is tried again.
package pgstore

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/pages"
)

// Records is a transport.Records in a PostgreSQL database. Make it with Open.
type Records struct {
	pool *pgxpool.Pool
}

var _ transport.Records = (*Records)(nil)

// maxConns is how many connections a process has if its URL does not say another number.
const maxConns = 16

// Open connects to a database, and makes the tables that are not there. Of the URL, which
// may also be of the form "host=… dbname=…", all is as pgx says, several hosts and
// pool_max_conns (16 if it is not there) included. Errors wrap transport.ErrStorage, or
// are the context's.
func Open(ctx context.Context, url string) (*Records, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", transport.ErrStorage, err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = maxConns
	}
	configure(config.ConnConfig)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", transport.ErrStorage, err)
	}
	r := &Records{pool: pool}
	if err := r.try(ctx, func() error { return create(ctx, pool) }); err != nil {
		pool.Close()
		return nil, err
	}
	return r, nil
}

// configure sets what Apply rests on: each of its statements sees what was there when it
// began. The plans are the same whatever the server believes of the tables' sizes.
func configure(config *pgx.ConnConfig) {
	if config.ValidateConnect == nil {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	for name, value := range map[string]string{
		"default_transaction_isolation": "read committed",
		"plan_cache_mode":               "force_generic_plan",
		"enable_seqscan":                "off",
		"enable_hashjoin":               "off",
		"enable_mergejoin":              "off",
		"jit":                           "off",
	} {
		config.RuntimeParams[name] = value
	}
	if config.RuntimeParams["synchronous_commit"] == "" {
		config.RuntimeParams["synchronous_commit"] = "on"
	}
}

// Close closes the connections, and waits for the calls under way. What is called
// afterwards returns an error that wraps transport.ErrStorage. It always returns nil.
func (r *Records) Close() error {
	r.pool.Close()
	return nil
}

// Get implements transport.Records.
func (r *Records) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	rows, err := r.query(ctx, getSQL, bytesOf(keys))
	if err != nil {
		return nil, err
	}
	found := make(map[string]transport.Record, len(rows))
	for _, row := range rows {
		found[row.Key] = row
	}
	out := make([]transport.Record, len(keys))
	for i, key := range keys {
		row := found[key]
		out[i] = transport.Record{Key: key, Value: bytes.Clone(row.Value), Version: row.Version}
	}
	return out, nil
}

// Scan implements transport.Records.
func (r *Records) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	page := func(from, to string, rows int) (found []transport.Record, more bool, err error) {
		found, err = r.query(ctx, scanSQL, []byte(from), []byte(to), rows, pages.Bytes)
		size := 0
		for _, row := range found {
			size += len(row.Value)
		}
		return found, size >= pages.Bytes || len(found) == rows, err
	}
	return pages.Walk(ctx, prefix, after, limit, page, func(row transport.Record) string { return row.Key })
}

// query returns the records that one statement finds, at one moment.
func (r *Records) query(ctx context.Context, sql string, args ...any) (found []transport.Record, err error) {
	err = r.try(ctx, func() error {
		rows, err := r.pool.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (transport.Record, error) {
			var key, value []byte
			var version int64
			err := row.Scan(&key, &value, &version)
			return transport.Record{Key: string(key), Value: value, Version: uint64(version)}, err
		})
		return err
	})
	return found, err
}

// bytesOf returns keys as the database has them.
func bytesOf(keys []string) [][]byte {
	out := make([][]byte, len(keys))
	for i, key := range keys {
		out[i] = []byte(key)
	}
	return out
}

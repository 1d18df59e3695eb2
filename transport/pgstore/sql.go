package pgstore

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// createSQL makes the tables. Keys are bytes, in whose order they are. Versions are of one
// sequence, which never goes back. There is room in pages for new values of what is
// there, so that the index need not change with them.
const createSQL = `
CREATE TABLE IF NOT EXISTS glimpse_records (
	key     bytea PRIMARY KEY,
	value   bytea NOT NULL,
	version bigint NOT NULL
) WITH (fillfactor = 90);
CREATE SEQUENCE IF NOT EXISTS glimpse_versions;
`

const getSQL = `SELECT key, value, version FROM glimpse_records WHERE key = ANY ($1::bytea[])`

// scanSQL ends a page with the record that makes it long enough.
const scanSQL = `
SELECT key, value, version FROM (
	SELECT key, value, version,
		sum(octet_length(value)) OVER (ORDER BY key ROWS UNBOUNDED PRECEDING) - octet_length(value) AS before
	FROM glimpse_records WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3
) AS page WHERE before < $4 ORDER BY key`

// lookSQL finds a condition that does not hold.
const lookSQL = `
SELECT condition.key FROM unnest($1::bytea[], $2::bigint[]) AS condition (key, version)
LEFT JOIN glimpse_records AS record USING (key)
WHERE coalesce(record.version, 0) <> condition.version LIMIT 1`

// lockSQL takes locks, in the order in which they are given, until the transaction ends.
const lockSQL = `
SELECT CASE WHEN exclusive THEN pg_advisory_xact_lock(id) ELSE pg_advisory_xact_lock_shared(id) END
FROM unnest($1::bigint[], $2::boolean[]) AS lock (id, exclusive)`

// applySQL makes changes if all conditions hold, and returns their version, or else the
// key of one that does not.
const applySQL = `
WITH conflict AS (` + lookSQL + `), next AS (
	SELECT nextval('glimpse_versions') AS version WHERE NOT EXISTS (SELECT FROM conflict)
), removed AS (
	DELETE FROM glimpse_records AS record USING next, unnest($3::bytea[]) AS change (key)
	WHERE record.key = change.key
), stored AS (
	INSERT INTO glimpse_records (key, value, version)
	SELECT change.key, change.value, next.version FROM next, unnest($4::bytea[], $5::bytea[]) AS change (key, value)
	ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version
)
SELECT coalesce((SELECT version FROM next), 0), (SELECT key FROM conflict)`

// create makes what is not there. Several processes may do so at once.
func create(ctx context.Context, pool *pgxpool.Pool) error {
	var there bool
	err := pool.QueryRow(ctx, `SELECT to_regclass('glimpse_records') IS NOT NULL
		AND to_regclass('glimpse_versions') IS NOT NULL`).Scan(&there)
	if err != nil || there {
		return err
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", gate); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, createSQL)
		return err
	})
}

package sqlitestore

import (
	"errors"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// patience is for other processes that have the database locked.
const patience = 10 * time.Second

// schema: a key is in an index of its own, whose bytes are compared, and not in one tree
// with its value, all of which SQLite would read to compare the key, where it is long. A
// file of a large blob is named by a blob, or by a part, or it is loose: it is being
// written, or is to be removed.
const schema = `
CREATE TABLE IF NOT EXISTS records (
	key     TEXT PRIMARY KEY COLLATE BINARY,
	version INTEGER NOT NULL,
	sum     INTEGER NOT NULL,
	value   BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS blobs (
	key  TEXT PRIMARY KEY COLLATE BINARY,
	size INTEGER NOT NULL,
	sum  INTEGER NOT NULL,
	file TEXT NOT NULL, -- '' = the data is here
	data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS parts (
	key  TEXT PRIMARY KEY COLLATE BINARY,
	size INTEGER NOT NULL,
	sum  INTEGER NOT NULL,
	file TEXT NOT NULL,
	data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS loose (
	file  TEXT PRIMARY KEY,
	since INTEGER NOT NULL -- seconds since 1970
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
	reserved INTEGER NOT NULL -- all up to it are used, or will be, by a process
);
INSERT INTO versions SELECT 0 WHERE NOT EXISTS (SELECT * FROM versions);
`

// create makes the tables that are not there. Others may do the same at once.
func create(c *conn) error {
	err := unlocked(func() error { return c.script("PRAGMA journal_mode = wal") })
	if err == nil {
		err = unlocked(func() error { return c.script("BEGIN IMMEDIATE") })
	}
	if err != nil {
		return err
	}
	return c.script(schema + "COMMIT")
}

// unlocked tries something again while others have the database locked. SQLite's own
// waiting sleeps too long to find the moments between the transactions of a busy process.
func unlocked(do func() error) error {
	for end := time.Now().Add(patience); ; time.Sleep(300 * time.Microsecond) {
		err := do()
		failed, ok := errors.AsType[*sqlite.Error](err)
		if !ok || failed.Code()&0xff != sqlite3.SQLITE_BUSY || time.Now().After(end) {
			return err
		}
	}
}

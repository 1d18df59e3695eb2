package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver
)

// groupLog is the least that makes bytes durable for many at once: who comes while
// others are being written is written with those who come then, and all of them are
// made durable together. It is the limit that a hub is measured against.
type groupLog struct {
	waiting chan entry
	write   func(entries []entry) error // and makes them durable
	close   func() error
	done    chan struct{}
}

type entry struct {
	data    []byte
	durable chan error
}

// maxGroup is how many entries are made durable at once.
const maxGroup = 256

func newGroupLog(write func([]entry) error, close func() error) *groupLog {
	l := &groupLog{make(chan entry, maxGroup), write, close, make(chan struct{})}
	go l.run()
	return l
}

// run writes groups until the log is closed.
func (l *groupLog) run() {
	defer close(l.done)
	for first := range l.waiting {
		group := []entry{first}
		for n := len(l.waiting); n > 0 && len(group) < maxGroup; n-- {
			group = append(group, <-l.waiting)
		}
		err := l.write(group)
		for _, e := range group {
			e.durable <- err
		}
	}
}

// append returns when the bytes are durable.
func (l *groupLog) append(data []byte) error {
	e := entry{data, make(chan error, 1)}
	l.waiting <- e
	return <-e.durable
}

// Close ends the log. Nobody may append any more.
func (l *groupLog) Close() error {
	close(l.waiting)
	<-l.done
	return l.close()
}

// newFileLog makes a log of one file.
func newFileLog(dir string) (*groupLog, error) {
	f, err := os.Create(filepath.Join(dir, "baseline.log"))
	if err != nil {
		return nil, err
	}
	var buffer []byte
	return newGroupLog(func(group []entry) error {
		buffer = buffer[:0]
		for _, e := range group {
			buffer = append(buffer, e.data...)
		}
		_, err := f.Write(buffer)
		return errors.Join(err, f.Sync())
	}, f.Close), nil
}

// newSQLiteLog makes a log of one table of an SQLite database, with the settings of
// the SQLite store: a write-ahead log that is synced at every commit.
func newSQLiteLog(dir string) (*groupLog, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "baseline.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE log (id INTEGER PRIMARY KEY, data BLOB NOT NULL)"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	insert, err := db.Prepare("INSERT INTO log (data) VALUES (?)")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return newGroupLog(func(group []entry) error { return insertAll(db, insert, group) }, db.Close), nil
}

// insertAll inserts a group in one transaction.
func insertAll(db *sql.DB, insert *sql.Stmt, group []entry) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	stmt := tx.Stmt(insert)
	for _, e := range group {
		if _, err := stmt.Exec(e.data); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

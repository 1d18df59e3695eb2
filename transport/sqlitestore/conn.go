package sqlitestore

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
)

// conn is a connection with its statements, for one caller at a time. It is the
// driver's own: what package database/sql does around one, with its pool, conversions
// and copies, takes about as long as SQLite takes to find a record.
type conn struct {
	driver.Conn
	statements []statement
	err        error // the first one of prepare
}

// statement is one that is prepared.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// connect opens a database. In the journal mode WAL, it stays as it is in the file.
func connect(path string, pragmas ...string) (*conn, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// As SQLite's own builds do; the default waits for the time of the last change, too.
	// On some systems there is no choice, which the error says.
	sqlite.Fdatasync(true)
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{
		"_pragma": append(pragmas, "synchronous(full)", "wal_autocheckpoint(0)", "cell_size_check(1)"),
	}.Encode()}
	opened, err := new(sqlite.Driver).Open(dsn.String())
	if err != nil {
		return nil, err
	}
	return &conn{Conn: opened}, nil
}

// close closes the statements, too, which SQLite demands.
func (c *conn) close() (err error) {
	for _, s := range c.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.Close())
}

// prepare prepares a statement, unless an earlier one has failed.
func (c *conn) prepare(query string) statement {
	if c.err != nil {
		return nil
	}
	var stmt driver.Stmt
	if stmt, c.err = c.Prepare(query); c.err != nil {
		return nil
	}
	s := stmt.(statement)
	c.statements = append(c.statements, s)
	return s
}

// script executes statements that are used once.
func (c *conn) script(queries string) error {
	_, err := c.Conn.(driver.ExecerContext).ExecContext(context.Background(), queries, nil)
	return err
}

// execute executes a statement that finds nothing.
func execute(s statement, args ...driver.Value) error {
	_, err := s.ExecContext(context.Background(), named(args))
	return err
}

// each calls row with the columns of each row that a statement finds, until it returns
// false. The next row's come in the same slice, but the strings and bytes are the callee's.
func each(s statement, row func(columns []driver.Value) (more bool, err error), args ...driver.Value) (err error) {
	rows, err := s.QueryContext(context.Background(), named(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns := make([]driver.Value, len(rows.Columns()))
	for more := true; more && err == nil; {
		if err = rows.Next(columns); err == nil {
			more, err = row(columns)
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// first returns the columns of the first row that a statement finds, or nil.
func first(s statement, args ...driver.Value) (found []driver.Value, err error) {
	err = each(s, func(columns []driver.Value) (bool, error) {
		found = columns
		return false, nil
	}, args...)
	return found, err
}

func named(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return out
}

// as returns a column. One that has another type has been damaged, and is returned as
// zero, which its checksum tells.
func as[V int64 | string | []byte](column driver.Value) V {
	v, _ := column.(V)
	return v
}

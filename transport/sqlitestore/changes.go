package sqlitestore

import (
	"database/sql/driver"
	"hash/crc32"

	"github.com/glimpse-go/glimpse/transport"
)

// reservation is how many versions a process reserves at once.
const reservation = 1024

// changes are the statements of the writer.
type changes struct {
	begin, commit, rollback statement
	reserve, set, remove    statement
	versions                statement
	blobs, parts            entries
	loosen, settle          statement
}

// entries are the statements of a table of blobs or parts.
type entries struct{ fileOf, set, remove statement }

func prepareChanges(c *conn) changes {
	return changes{
		begin:    c.prepare("BEGIN IMMEDIATE"),
		commit:   c.prepare("COMMIT"),
		rollback: c.prepare("ROLLBACK"),
		reserve:  c.prepare("UPDATE versions SET reserved = reserved + ? RETURNING reserved"),
		versions: c.prepare(versionsSQL),
		set: c.prepare(`INSERT INTO records (key, version, sum, value) VALUES (?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET version = excluded.version, sum = excluded.sum, value = excluded.value`),
		remove: c.prepare("DELETE FROM records WHERE key = ?"),
		blobs:  prepareEntries(c, "blobs"),
		parts:  prepareEntries(c, "parts"),
		loosen: c.prepare("REPLACE INTO loose (file, since) VALUES (?, unixepoch())"),
		settle: c.prepare("DELETE FROM loose WHERE file = ?"),
	}
}

func prepareEntries(c *conn, table string) entries {
	return entries{
		fileOf: c.prepare("SELECT file FROM " + table + " WHERE key = ?"),
		set:    c.prepare("REPLACE INTO " + table + " (key, size, sum, file, data) VALUES (?, ?, ?, ?, ?)"),
		remove: c.prepare("DELETE FROM " + table + " WHERE key = ?"),
	}
}

// change changes a record, which then has a version.
func (tx *transaction) change(c transport.Change, version uint64) (err error) {
	if c.Value == nil {
		return tx.exec(tx.remove, c.Key)
	}
	return tx.exec(tx.set, c.Key, int64(version), recordSum(c.Key, version, c.Value), c.Value)
}

// exec executes a statement that changes something.
func (tx *transaction) exec(s statement, args ...driver.Value) error {
	tx.written = true
	return execute(s, args...)
}

// put makes a content what is under a key. What was there is not named any more.
func (tx *transaction) put(table entries, key string, c content) error {
	if err := tx.unname(table, key); err != nil {
		return err
	}
	if c.file != "" {
		if err := tx.exec(tx.settle, c.file); err != nil {
			return err
		}
	}
	return tx.exec(table.set, key, c.size, c.sum(key), c.file, append([]byte{}, c.data...))
}

// drop removes what is under a key, if there is something.
func (tx *transaction) drop(table entries, key string) error {
	err := tx.unname(table, key)
	if err == nil {
		err = tx.exec(table.remove, key)
	}
	return err
}

// unname sees to it that the file of what is under a key is removed.
func (tx *transaction) unname(table entries, key string) error {
	found, err := first(table.fileOf, key)
	if err != nil || found == nil {
		return err
	}
	file := as[string](found[0])
	if file == "" {
		return nil
	}
	tx.unnamed = append(tx.unnamed, file)
	return tx.exec(tx.loosen, file)
}

// content is what a blob or a part holds: its bytes, or the name of their file.
type content struct {
	size int64
	file string
	data []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum returns a checksum of a content with its key.
func (c content) sum(key string) int64 {
	return sum(key, c.size, []byte(c.file), c.data)
}

func recordSum(key string, version uint64, value []byte) int64 {
	return sum(key, int64(version), value)
}

func sum(key string, n int64, parts ...[]byte) int64 {
	head := append([]byte(key), 0, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	crc := crc32.Checksum(head, castagnoli)
	for _, p := range parts {
		crc = crc32.Update(crc, castagnoli, p)
	}
	return int64(crc)
}

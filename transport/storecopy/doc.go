// Package storecopy copies a store into another one, such as a folder into PostgreSQL
// and S3, while the first is in use.
//
// Copy makes one pass: it walks both stores side by side, and changes in the second what
// differs. A pass over what is in use leaves behind what was changed meanwhile, and the
// next one has only that to copy. So run it until a pass changes little, stop those who
// write into the first store, run it once more, and let Check compare the two; then go on
// with the second. Nobody else may use that one until then.
//
// Keys, values and bytes are copied, and nothing else: versions of records are other ones
// in another store, and uploads that were not committed begin again.
package storecopy

import "fmt"

// Options say how to copy or to check. The zero Options are fine.
type Options struct {
	// Blobs is how many blobs are copied or compared at once; 0 = 8.
	Blobs int
	// Bytes makes Copy compare the bytes of blobs of equal size, as Check does. It is of use
	// where blobs are replaced by others of their size, and to mend damage that Check
	// has found. Keys that stand for their bytes need it not.
	Bytes bool
	// Progress is called after every step with what was done up to then. Calls do
	// not overlap; the next step waits for them.
	Progress func(Report)
}

// Report counts what was done.
type Report struct {
	Records, Blobs Counts
}

// Counts are those of records, or of blobs.
type Counts struct {
	Seen    int   // in either store
	Copied  int   // were not there, or differed
	Removed int   // were in the second store only
	Bytes   int64 // of what was copied
}

// Changes returns how much differed: what was copied or removed.
func (r Report) Changes() int {
	return r.Records.Copied + r.Records.Removed + r.Blobs.Copied + r.Blobs.Removed
}

// Difference is a record or a blob that is not the same in two stores.
type Difference struct {
	Kind          string // "record" or "blob"
	Key           string
	First, Second bool  // whether it is there; if it is in both, it differs
	Err           error // why it could not be compared; nil = it was
}

// String says it in words.
func (d Difference) String() string {
	what := "differs"
	switch {
	case d.Err != nil:
		what = d.Err.Error()
	case !d.Second:
		what = "only in the first store"
	case !d.First:
		what = "only in the second store"
	}
	return fmt.Sprintf("%s %s: %s", d.Kind, d.Key, what)
}

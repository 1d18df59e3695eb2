package pgstore_test

import (
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

// TestCopy copies records into a server, more than one page of a walk has, and then what
// has changed.
func TestCopy(t *testing.T) {
	from, to := new(memstore.Store), stores(pgtest.Start(t))(t)
	var changes []transport.Change
	for i := range 1000 {
		changes = append(changes, transport.Change{Key: fmt.Sprint("r/", i), Value: fmt.Append(nil, i)})
	}
	for _, b := range [][]transport.Change{changes, {{Key: "r/7", Value: []byte("other")}}, nil} {
		if _, err := from.Apply(t.Context(), transport.Batch{Changes: b}); err != nil {
			t.Fatal(err)
		}
		report, err := storecopy.Copy(t.Context(), to, from, storecopy.Options{})
		if err != nil || report.Records.Copied != len(b) {
			t.Errorf("%+v, %v, want %d", report, err, len(b))
		}
	}
	found, err := storecopy.Check(t.Context(), from, to, storecopy.Options{})
	if err != nil || len(found) > 0 {
		t.Error(found, err)
	}
}

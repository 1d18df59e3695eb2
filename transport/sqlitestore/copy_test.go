package sqlitestore_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/sqlitestore"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

// A folder of filestore, which nobody else has open, is copied into one of sqlitestore.
func Example_copy() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	from, err := filestore.Open(filepath.Join(dir, "old"))
	check(err)
	defer from.Close()
	_, err = from.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: "greeting", Value: []byte("hello")}}})
	check(err)

	to, err := sqlitestore.Open(ctx, filepath.Join(dir, "new"))
	check(err)
	defer to.Close()
	report, err := storecopy.Copy(ctx, to, from, storecopy.Options{})
	check(err)
	differences, err := storecopy.Check(ctx, from, to, storecopy.Options{})
	check(err)
	fmt.Println(report.Changes(), "changed,", len(differences), "different")
	// Output: 1 changed, 0 different
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

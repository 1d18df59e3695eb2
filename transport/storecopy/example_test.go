package storecopy_test

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

// A hub moves to another store: it runs on during all passes but the last one.
func Example() {
	ctx := context.Background()
	var from, to memstore.Store
	set := func(key, value string) {
		_, err := from.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: key, Value: []byte(value)}}})
		if err != nil {
			fmt.Println(err)
		}
	}
	set("users/ann", "1")
	set("users/bob", "1")

	report, err := storecopy.Copy(ctx, &to, &from, storecopy.Options{})
	fmt.Println("first pass:", report.Changes(), err)

	set("users/bob", "2") // meanwhile

	report, err = storecopy.Copy(ctx, &to, &from, storecopy.Options{})
	fmt.Println("next pass:", report.Changes(), err)

	// The hub is stopped.
	report, err = storecopy.Copy(ctx, &to, &from, storecopy.Options{})
	fmt.Println("last pass:", report.Changes(), err)
	differences, err := storecopy.Check(ctx, &from, &to, storecopy.Options{})
	fmt.Println("differences:", len(differences), err)
	// The hub starts again, with the other store.

	// Output:
	// first pass: 2 <nil>
	// next pass: 1 <nil>
	// last pass: 0 <nil>
	// differences: 0 <nil>
}

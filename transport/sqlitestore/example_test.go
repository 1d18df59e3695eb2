package sqlitestore_test

import (
	"context"
	"fmt"
	"os"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/sqlitestore"
)

func Example() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	store, err := sqlitestore.Open(ctx, dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	_, err = store.Apply(ctx, transport.Batch{
		Conditions: []transport.Condition{{Key: "greeting"}}, // nobody has greeted yet
		Changes:    []transport.Change{{Key: "greeting", Value: []byte("hello")}},
	})
	found, _ := store.Get(ctx, "greeting")
	fmt.Println(string(found[0].Value), err)
	// Output: hello <nil>
}

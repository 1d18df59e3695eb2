package filestore_test

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/glimpse-go/glimpse/transport/filestore"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "glimpse")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := filestore.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	upload, err := store.Create(ctx, "photos/1")
	if err != nil {
		fmt.Println(err)
		return
	}
	io.WriteString(upload, "the first ")
	fmt.Println(upload.Close()) // the link broke: what came is kept

	upload, _ = store.Create(ctx, "photos/1")
	fmt.Println(upload.Size())
	io.WriteString(upload, "and the rest")
	fmt.Println(upload.Commit(ctx))
	photo, _ := store.Open(ctx, "photos/1")
	defer photo.Close()
	fmt.Println(photo.Size())
	// Output:
	// <nil>
	// 10
	// <nil>
	// 22
}

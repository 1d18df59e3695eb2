package mixed_test

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/mixed"
)

// A document is shared with an icon as its thumbnail. The folder is the Media of a
// device.
func ExampleFolder() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	fail(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "tickets.pdf")
	fail(os.WriteFile(path, []byte("%PDF-1.7 and so on"), 0o600))

	var folder mixed.Folder
	item, err := folder.Add(ctx, collection.ItemID{1}, path)
	fail(err)
	thumbnail, err := folder.Open(ctx, item.ID, 0)
	fail(err)
	defer thumbnail.Close()
	data, err := io.ReadAll(io.NewSectionReader(thumbnail, 0, thumbnail.Size()))
	fail(err)
	picture, err := jpeg.DecodeConfig(bytes.NewReader(data))
	fail(err)
	fmt.Println(item.Caption, item.MediaType, picture.Width, picture.Height)
	// Output: tickets.pdf application/pdf 160 120
}

func fail(err error) {
	if err != nil {
		panic(err)
	}
}

package mediafiles_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/peer"
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

	var folder mediafiles.Folder
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

// A home computer makes the screen version of a photo; of a document it says that there is none.
func ExampleRenderer() {
	ctx := context.Background()
	var r mediafiles.Renderer // peer.Config{Render: &r}
	var photo, screen bytes.Buffer
	fail(jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 1600, 1200)), nil))
	for _, original := range [][]byte{photo.Bytes(), []byte("%PDF-1.7 and so on")} {
		p := peer.Picture{Version: label.DefaultLadder()[1], Original: transport.BytesBlob(original)}
		fmt.Println(errors.Is(r.Render(ctx, p, &screen), errors.ErrUnsupported))
	}
	picture, err := jpeg.DecodeConfig(&screen)
	fmt.Println(picture.Width, picture.Height, err)
	// Output:
	// false
	// true
	// 640 480 <nil>
}

func fail(err error) {
	if err != nil {
		panic(err)
	}
}

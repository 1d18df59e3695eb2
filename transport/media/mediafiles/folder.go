// Package mediafiles makes items of files of any kind, photos, videos and documents, for a device
// or a peer ([Folder]), and the versions that a home computer is asked for ([Renderer]). It joins
// package media, which knows no stations, with packages device and peer:
//
//	var folder mediafiles.Folder
//	item, err := folder.Add(ctx, id, "lake.jpg")                   // for a collection's body
//	camera := device.New(user, signer, &folder, device.Config{})
//	home, err := peer.New(ctx, user, signer, peer.Config{Render: new(mediafiles.Renderer)})
//
// Versions are those of label.DefaultLadder: thumbnails of at most 160 by 120 pixels, screens of
// 640 by 480. Photos are made smaller, of a video the first frame is taken, which needs ffmpeg,
// and every document gets an icon; each comes with its preview. A photo or video that cannot be
// shown here is shared without a thumbnail: the home computer makes it if it can, and until then
// those who look at it see a generic picture that their own software draws.
package mediafiles

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/media"
)

// Boxes of the partial versions of the default ladder, in pixels.
var boxes = []media.Box{{W: 160, H: 120}, {W: 640, H: 480}}

// Folder is a device.Media of files; its Open is a peer.Open, too. Its zero value is empty and
// ready for use; it is safe for concurrent use and must not be copied. It keeps the partial
// versions in memory, some kilobytes an item.
type Folder struct {
	// Partial is how many partial versions the device makes; 0 = 1, thumbnails.
	Partial int
	// Maker makes them; nil = one with its defaults.
	Maker *media.Maker
	// Strict has Add refuse photos and videos of which no thumbnail can be made,
	// for a device whose user would rather not share them yet.
	Strict bool
	// Unshown is told of a photo or video that is shared without a thumbnail, and why: an error
	// as a Strict folder returns it. It may be called by several goroutines; nil = nobody is told.
	Unshown func(item collection.ItemID, why error)
	// Original opens a file as it is shared; nil = device.UnchangedBlob, of what it was when it
	// was added. A peer that is to serve files from where they lie sets inplace.Store.File.
	Original func(path string) (transport.Blob, error)

	mu    sync.Mutex
	files map[collection.ItemID]*file
}

// file is one item.
type file struct {
	path     string
	size     int64 // bytes
	changed  time.Time
	pictures []media.Picture
}

// original is the file itself.
func (f *file) original() (transport.Blob, error) {
	return device.UnchangedBlob(f.path, f.size, f.changed)
}

// Add puts a file into the folder, makes its partial versions, and returns the
// item as it goes into a collection, with its preview. The caption is the file's name as
// device.Caption has it, and the media type is told from the content. The error
// wraps media.ErrEmpty, or is that of the file system or of the context; of a Strict
// folder it may also be any other kind of package media, such as media.ErrNoFFmpeg
// for a video where ffmpeg is not installed, or wrap errors.ErrUnsupported where ffmpeg
// takes longer than a minute.
func (f *Folder) Add(ctx context.Context, id collection.ItemID, path string) (collection.Item, error) {
	stat, err := os.Stat(path) // before it is read: what is changed meanwhile is another one
	if err != nil {
		return collection.Item{}, err
	}
	info, pictures, err := f.make(ctx, path)
	if err != nil && (f.Strict || !errors.Is(err, errors.ErrUnsupported) || errors.Is(err, media.ErrEmpty)) {
		return collection.Item{}, err
	}
	if err != nil && f.Unshown != nil {
		f.Unshown(id, err)
	}
	item := collection.Item{ID: id, Caption: device.Caption(filepath.Base(path)), MediaType: info.MediaType}
	if len(pictures) > 0 {
		if item.Preview, err = pictures[0].Preview(); err != nil {
			return collection.Item{}, err
		}
	}
	f.keep(id, &file{path, stat.Size(), stat.ModTime(), pictures})
	return item, nil
}

func (f *Folder) keep(id collection.ItemID, made *file) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files = map[collection.ItemID]*file{}
	}
	f.files[id] = made
}

// make makes the partial versions of a file: pictures, or an icon for a document.
func (f *Folder) make(ctx context.Context, path string) (media.Info, []media.Picture, error) {
	maker, wanted := f.maker(), boxes[:min(max(f.Partial, 1), len(boxes))]
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	info, pictures, err := maker.File(ctx, path, wanted...)
	switch late := context.Cause(ctx); {
	case err == nil:
		return info, pictures, nil
	case late == errPatience:
		return info, nil, &media.Error{Name: filepath.Base(path), MediaType: info.MediaType, Kind: errPatience}
	case late != nil:
		return info, nil, late
	case !errors.Is(err, media.ErrFormat) || !IsDocument(info.MediaType):
		return info, nil, err
	}
	for _, box := range wanted {
		pictures = append(pictures, maker.Icon(typeName(path, info.MediaType), box))
	}
	return info, pictures, nil
}

func (f *Folder) maker() *media.Maker {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Maker == nil {
		f.Maker = new(media.Maker)
	}
	return f.Maker
}

// Open implements device.Media. The errors wrap transport.ErrNotFound for what was not added or
// not made, and else are those of Original.
func (f *Folder) Open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	f.mu.Lock()
	at := f.files[item]
	f.mu.Unlock()
	switch {
	case at != nil && version < len(at.pictures):
		return transport.BytesBlob(at.pictures[version].JPEG), nil
	case at != nil && version == len(label.DefaultLadder())-1:
		if f.Original != nil {
			return f.Original(at.path)
		}
		return at.original()
	}
	return nil, transport.At(transport.ErrNotFound, item.String())
}

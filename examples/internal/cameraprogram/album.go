package cameraprogram

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
)

// album is one collection as the camera keeps it, in a folder of its own: the file
// album.json and the thumbnails. It is written before anything is shared, so that whatever
// was begun can be gone on with.
type album struct {
	dir string

	ID     collection.ID       `json:"id"`
	Title  string              `json:"title"`
	Made   time.Time           `json:"made"`
	Photos []photo             `json:"photos"`
	Users  []collection.UserID `json:"users,omitempty"`
	Mail   []string            `json:"mail,omitempty"`   // addresses of recipients
	Shared bool                `json:"shared,omitempty"` // the hub has all that it asks for
	Synced bool                `json:"synced,omitempty"` // and the home the originals
	Card   string              `json:"card,omitempty"`   // the folder from which a home is to take it; empty = none
	OnCard bool                `json:"onCard,omitempty"` // what it needs for that is there
}

// photo is one file: a photo, a film or a document.
type photo struct {
	Path    string    `json:"path"`
	Caption string    `json:"caption"`
	Type    string    `json:"type"`
	Preview []byte    `json:"preview,omitempty"`
	Size    int64     `json:"size"` // bytes
	Changed time.Time `json:"changed"`
}

func (a *album) item(i int) collection.ItemID {
	return collection.DeriveItemID(a.ID, []byte(a.Photos[i].Path))
}

func (a *album) name(author collection.UserID) collection.Name {
	return collection.Name{Author: author, ID: a.ID}
}

// thumbnail is the file of an item's thumbnail, which is not there if none could be made.
func (a *album) thumbnail(i int) string { return filepath.Join(a.dir, a.item(i).String()+".jpg") }

func (a *album) save() error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return program.WriteFile(filepath.Join(a.dir, "album.json"), text)
}

// mark says for good that something was done with the album. What cannot be kept does not count,
// and is done again.
func (a *album) mark(done *bool) error {
	*done = true
	err := a.save()
	*done = err == nil
	return err
}

// isOf reports whether an album was made of these files, as they are, for the same people, with
// the title if one is given.
func (a *album) isOf(paths []string, of *album, title string) bool {
	same := len(paths) == len(a.Photos) && (title == "" || title == a.Title) &&
		slices.Equal(a.Users, of.Users) && slices.Equal(a.Mail, of.Mail)
	for i := 0; same && i < len(paths); i++ {
		info, err := os.Stat(paths[i])
		same = err == nil && a.has(paths[i], info)
	}
	return same
}

// has reports whether a file is in the album as it is.
func (a *album) has(path string, info os.FileInfo) bool {
	return slices.ContainsFunc(a.Photos, func(p photo) bool {
		return p.Path == path && p.Size == info.Size() && p.Changed.Equal(info.ModTime())
	})
}

// items are the items of the collection.
func (a *album) items() []collection.Item {
	items := make([]collection.Item, len(a.Photos))
	for i, p := range a.Photos {
		items[i] = collection.Item{ID: a.item(i), Caption: p.Caption, MediaType: p.Type, Preview: p.Preview}
	}
	return items
}

// sweep removes what is left of albums of a camera that was killed before it had made them: of
// these nothing was shared, and the same command makes them anew.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		at := filepath.Join(dir, e.Name())
		made, errMade := program.Exists(filepath.Join(at, "album.json"))
		if err = errors.Join(err, errMade); errMade == nil && !made && new(collection.ID).UnmarshalText([]byte(e.Name())) == nil {
			err = errors.Join(err, os.RemoveAll(at))
		}
	}
	return err
}

// loadAlbums reads the albums in a folder, the oldest first.
func loadAlbums(dir string) (albums []*album, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		at := filepath.Join(dir, e.Name())
		text, errRead := os.ReadFile(filepath.Join(at, "album.json"))
		if errors.Is(errRead, fs.ErrNotExist) {
			continue // it was not begun
		}
		a := &album{dir: at}
		if errRead == nil {
			errRead = json.Unmarshal(text, a)
		}
		if errRead != nil {
			return nil, errRead
		}
		albums = append(albums, a)
	}
	slices.SortStableFunc(albums, func(a, b *album) int { return a.Made.Compare(b.Made) })
	return albums, err
}

// newAlbum makes an album of files, with their thumbnails. What cannot be read is named
// and left out.
func newAlbum(ctx context.Context, env program.Env, dir string, made time.Time, paths []string) (*album, error) {
	a := &album{Made: made}
	rand.Read(a.ID[:]) // never fails
	a.dir = filepath.Join(dir, a.ID.String())
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return nil, err
	}
	progress := program.NewProgress(env.Err)
	for i, path := range paths {
		progress.Show(fmt.Sprintf("%s %d of %d thumbnails", program.Bar(int64(i), int64(len(paths))), i, len(paths)))
		err := a.add(ctx, path)
		switch {
		case ctx.Err() != nil, errors.Is(err, errNotKept): // which is no fault of the photo
			return nil, errors.Join(cmp.Or(ctx.Err(), err), os.RemoveAll(a.dir))
		case err != nil:
			fmt.Fprintln(env.Err, find.Remark{File: path, Reason: find.Why(err)}.LeftOut())
		}
	}
	progress.Done()
	if len(a.Photos) == 0 {
		return nil, errors.Join(program.Plain(errors.New("there is nothing that could be shared")), os.RemoveAll(a.dir))
	}
	return a, nil
}

func (a *album) add(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	a.Photos = append(a.Photos, photo{Path: path, Size: info.Size(), Changed: info.ModTime()})
	i := len(a.Photos) - 1
	if err := a.make(ctx, i); err != nil {
		a.Photos = a.Photos[:i]
		return err
	}
	return nil
}

// make makes the thumbnail and the preview of a photo, if they can be made here.
func (a *album) make(ctx context.Context, i int) error {
	folder := mediafiles.Folder{Maker: &media.Maker{Engines: program.Engines}}
	p := &a.Photos[i]
	item, err := folder.Add(ctx, a.item(i), p.Path)
	if err != nil {
		return err
	}
	p.Caption, p.Type, p.Preview = item.Caption, item.MediaType, item.Preview
	made, err := folder.Open(ctx, item.ID, 0)
	if err != nil {
		return nil // the home computer may make it
	}
	defer made.Close()
	jpeg, err := io.ReadAll(io.NewSectionReader(made, 0, made.Size()))
	if err != nil {
		return err
	}
	return a.keep(i, jpeg)
}

// errNotKept says that the camera cannot keep an album.
var errNotKept = errors.New("the album is not kept")

// keep keeps a thumbnail. Of an error the cause counts, and not the name of the file, which is
// another one at each try.
func (a *album) keep(i int, jpeg []byte) error {
	err := program.WriteFile(a.thumbnail(i), jpeg)
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	if err != nil {
		return fmt.Errorf("%w in %s: %w", errNotKept, filepath.Dir(a.dir), err)
	}
	return nil
}

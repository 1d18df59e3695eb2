package folderlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// Taken is what has become of one collection.
type Taken struct {
	// Collection is as the folder has it, and its seal is good where the error is nil; the zero
	// Collection where it cannot be read.
	Collection collection.Collection
	Bytes      int64  // of versions that the home did not have
	Left       []Left // what the home lacks and the folder has not, in no order
}

// Left is a version that was not taken.
type Left struct {
	Item, Version int
	Path          string // in the folder, with slashes, as it is listed there
	// Err wraps transport.ErrDigest of a file that is not the version that the author has
	// sealed, transport.ErrTooLarge of one that is larger than Options, and transport.ErrNotFound
	// of what cannot be read as an ordinary file in the folder.
	Err error
}

// Options say how much is taken. The zero Options work.
type Options struct {
	MaxVersion int64 // bytes of one version; 0 = 1 TiB
}

// Take gives a home of a user what a folder has of that user's collections, the complete versions
// too, and yields what has become of each. A station of the user's is home, such as
// peer.Peer.As of the user. It is as if the device had shared it over a network, which the home
// does not tell apart: labels go when the home has published what it took, what it has is not
// read again, and what broke off goes on where it ended when it is taken again, from the folder or
// over a network. What is damaged is left out, and keeps its label.
//
// The errors are of one collection, and the next goes on: transport.ErrForbidden is one of
// somebody else's, transport.ErrSeal has no seal that is good, transport.ErrMalformed cannot be
// read, transport.ErrUnreachable is a folder that is gone; others are those of the home. None
// comes after the context has ended. It may be called for several folders at once.
func Take(ctx context.Context, folder *os.Root, user collection.UserID, home transport.ShareReceiver, o Options) iter.Seq2[Taken, error] {
	return func(yield func(Taken, error) bool) {
		names, err := collections(folder)
		if err != nil && !yield(Taken{}, err) {
			return
		}
		for _, name := range names {
			t, err := takeOne(ctx, folder, name, user, home, o)
			if !yield(t, err) || ctx.Err() != nil {
				return
			}
		}
	}
}

// maxCollections bounds how many are taken of one folder.
const maxCollections = 1 << 16

// collections lists the folders of collections, in the order of their names.
func collections(folder *os.Root) (names []string, err error) {
	dir, err := folder.Open(hidden)
	if errors.Is(err, fs.ErrNotExist) {
		if _, gone := folder.Stat("."); gone == nil {
			return nil, nil
		}
	}
	if err != nil {
		return nil, gone(err)
	}
	defer dir.Close()
	entries, err := dir.ReadDir(maxCollections)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, gone(err)
	}
	for _, e := range entries {
		_, none := folder.Lstat(path.Join(hidden, e.Name(), sealed)) // it was not put whole
		if id := new(collection.ID); none == nil && id.UnmarshalText([]byte(e.Name())) == nil {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

func gone(err error) error { return fmt.Errorf("%w: %w", transport.ErrUnreachable, err) }

// takeOne takes one collection. As long as files turn out to be bad, it goes on without them.
func takeOne(ctx context.Context, folder *os.Root, name string, user collection.UserID, home transport.ShareReceiver, o Options) (t Taken, err error) {
	from := source{folder: folder, dir: path.Join(hidden, name), bad: map[place]error{}, good: map[place]bool{}, o: o}
	if t.Collection, err = from.load(); err == nil {
		err = belongs(t.Collection, name, user)
	}
	for again := err == nil; again && err == nil; {
		again = false
		_, _, err = shareclient.Send(ctx, home, t.Collection, shareclient.Share{
			Message: transport.Share{From: transport.Device, Offers: from.offers(t.Collection)},
			Open:    from.open, Make: from.cannot,
		})
		if errors.Is(err, errBad) {
			again, err = true, nil
		}
	}
	t.Bytes, t.Left = from.sent, from.left()
	return t, err
}

// belongs refuses what no home may take.
func belongs(c collection.Collection, name string, user collection.UserID) error {
	switch {
	case c.ID().String() != name:
		return transport.At(transport.ErrMalformed, "it is not the collection of that name")
	case c.Author() != user:
		return transport.At(transport.ErrForbidden, "it is somebody else's")
	case len(c.Header().AuthorSeal) == 0:
		return transport.At(transport.ErrSeal, "its author has not sealed it")
	}
	return nil
}

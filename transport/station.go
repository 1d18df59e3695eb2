package transport

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// ShareReceiver takes shares: a hub, or a home peer at the end of a local link. Each
// value speaks for one caller, whom its maker has authenticated. Beyond the
// errors named here, all methods return ErrUnauthenticated, ErrMalformed,
// ErrTooLarge, ErrStorage and ErrClosed.
type ShareReceiver interface {
	// Share shares a collection. Errors wrap ErrSeal (a seal that is there does
	// not verify), ErrForbidden (the caller is not its author, nor a completer)
	// or ErrDiffers (it is known, with other fixed parts).
	Share(ctx context.Context, share Share) (Answer, error)
	// Upload takes versions, and perhaps the author's seal, from a stream that
	// UploadWriter writes. What came before an error stays stored. Errors wrap
	// ErrNotFound, ErrNotAsked, ErrDigest, ErrSeal or ErrOffset (a version begins
	// beyond what is stored of it, or others have begun it with other bytes, of
	// which nothing is left: a new share says where to go on). Several uploads may
	// bring one version at the same time; it is stored once.
	Upload(ctx context.Context, name collection.Name, stream io.Reader) (Answer, error)
}

// ResumableUploader takes one version, from an offset on: for links on which a stream of
// all of them would break too often.
type ResumableUploader interface {
	// PutVersion takes the rest of a missing version from offset on, and returns
	// the number of bytes that are stored then. What came before data broke off
	// is kept. Errors as those of Upload; with ErrOffset the number is where to
	// go on.
	PutVersion(ctx context.Context, ref Ref, offset int64, data io.Reader) (int64, error)
}

// Announcer takes the announcements of peers.
type Announcer interface {
	// Announce says that complete versions are served from now on. The receiver
	// checks some of them against their digests; after an error nothing has
	// changed. A repeat changes nothing. Errors wrap ErrNotFound (the collection,
	// to all who may not read it, or an item at the URL), ErrForbidden (the
	// caller may not complete), ErrSeal (the author has not sealed the digests),
	// ErrMalformed (an item that the collection does not have), ErrUnreachable,
	// ErrDigest or ErrWithdrawn (of one of the items).
	Announce(ctx context.Context, a Announcement) (Answer, error)
}

// Library serves collections and the partial versions of their items.
type Library interface {
	// Collection returns a collection to those who may read it. For all others
	// the error wraps ErrNotFound.
	Collection(ctx context.Context, name collection.Name) (State, error)
	// Updates returns what changes of a collection, its editable part aside: all
	// the updates that it carries. Errors as those of Collection.
	Updates(ctx context.Context, name collection.Name) (State, error)
	// Version opens a partial version from an offset on. The bytes are not yet
	// checked against the digest. ErrNotFound: it is not (or not any more) here,
	// is the complete one, or the caller may not read it. ErrOffset: it ends
	// before the offset. ErrMalformed: the offset is negative.
	Version(ctx context.Context, ref Ref, offset int64) (*Stream, error)
}

// Inbox gives a recipient its notifications.
type Inbox interface {
	// Notifications returns what waits for the caller, at once if there is any,
	// else as soon as there is, or none when a time that the receiver sets is
	// over. Of more than goes in one answer the next ones give the rest. What has
	// not been acknowledged is given again.
	Notifications(ctx context.Context) (Deliveries, error)
	// Acknowledge forgets deliveries that have not been replaced by newer ones.
	// Receipts for what is not there are no error.
	Acknowledge(ctx context.Context, r Receipts) error
}

// Recipient takes notifications that the sender of a collection hands over
// itself. A peer does, for its own user.
type Recipient interface {
	// Deliver takes a notification; a repeat, however late, is no error and no
	// news. What it tells is verified before it is acknowledged by nil. Errors
	// wrap ErrForbidden (it is to somebody else, or the caller is neither the
	// author nor known to be one who may complete the collection: a caller learns
	// nothing of what the recipient knows), ErrSeal, ErrMalformed, ErrUnreachable
	// or ErrNotFound (the collection cannot be had now, and the notification is to
	// come again).
	Deliver(ctx context.Context, n notify.Notification) error
}

// Home is what a peer does for those who may read what it keeps.
type Home interface {
	Library
	Inbox
	Originals
}

// Hub is all that a hub does for one caller.
type Hub interface {
	ShareReceiver
	ResumableUploader
	Announcer
	Library
	Inbox
}

// Originals serves complete versions to those who may read them. A peer does.
type Originals interface {
	// Original opens n bytes of the complete version of an item from offset on,
	// all that follow if n is negative or greater, as a range with proof: read it
	// with digest.NewReader. The version in ref does not matter. ErrNotFound: it
	// is not here, is not announced, the author has withdrawn it, or the caller
	// may not read it.
	// ErrMalformed: the offset is negative or beyond its end. ErrUnreachable:
	// nobody answers.
	Original(ctx context.Context, ref Ref, offset, n int64) (*Stream, error)
}

// Stream is a version, or a part of it, as it comes. Size is that of the whole
// version in bytes, as its sender claims.
type Stream struct {
	io.ReadCloser
	Size int64
}

package transport

import (
	"context"
	"io"
	"iter"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// ShareReceiver takes shares: a hub, or a home peer at the end of a local link. Each
// value speaks for one caller, whom its maker has authenticated. Beyond the
// errors named here, all methods return ErrUnauthenticated, ErrMalformed,
// ErrTooLarge, ErrStorage and, of a station that has stopped, ErrStopped over a link and
// ErrClosed in process.
type ShareReceiver interface {
	// Share shares a collection. Errors wrap ErrSeal (a seal that is there does
	// not verify), ErrForbidden (the caller is not its author, nor a completer)
	// or ErrDiffers (it is known, with other fixed parts).
	Share(ctx context.Context, share Share) (Answer, error)
	// Push is Share by a sender that, in the same request, uploads what is most
	// likely missing where the collection is new: of the items that the share
	// offers, the smallest version; of those with equal bytes the first; no other
	// versions. The stream is as Upload takes it, and best has the cover item
	// first. If the receiver asks for less of that, or has parts of it, it answers
	// as Share does, at once, and reads nothing of the stream: the sender goes on
	// with Upload. Otherwise the answer is that of Upload. After an error a share
	// says what came all the same. Errors are those of Share and Upload.
	Push(ctx context.Context, share Share, stream io.Reader) (Answer, error)
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
	// is kept. With nil as data it takes nothing, whatever the offset, and the number
	// is where to go on. Errors as those of Upload; with ErrOffset, too, the number is
	// where to go on.
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
	// ErrPeerKey, ErrDigest or ErrWithdrawn (of one of the items).
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
	// Collections returns what the caller lacks of many collections, in one request: of each,
	// in the order in which they are asked, what Updates returns, or, where another edition is
	// in force than the caller has, what Collection returns; or the error of that. Each is
	// read when it is taken from the sequence. Where the request fails, its error takes the
	// place of the next one, and is the last: ErrTooLarge of more than MaxCollections.
	Collections(ctx context.Context, asked []Known) iter.Seq2[State, error]
	// Version opens a partial version from an offset on. The bytes are not yet
	// checked against the digest. ErrPending: it was asked for, and has not come.
	// ErrNotFound: it is not (or not any more) here, is the complete one, or the
	// caller may not read it. ErrOffset: it ends before the offset. ErrMalformed:
	// the offset is negative.
	Version(ctx context.Context, ref Ref, offset int64) (*Stream, error)
	// Versions opens a stream of one partial version of all items but those in held, which
	// the caller has, or does not want. An UploadReader reads it: the offsets are 0, and
	// there is no seal. First comes what is here, and then, each as soon as it is here, what
	// somebody was asked for; among what is here at one time the cover first, and then in the
	// author's order. Of versions that are the same bytes the first comes, for all of them;
	// what is withdrawn does not. The bytes are not yet checked against the digests.
	//
	// The stream ends when nothing is awaited any more, nothing has come for a time that the
	// receiver sets, or the receiver closes: who lacks something then may ask again. It breaks
	// off when ctx ends, and when the caller may not read the collection any more. The caller
	// closes it. ErrNotFound: the caller may not read the collection, or the version is the
	// complete one. ErrMalformed: held has items that are not there.
	Versions(ctx context.Context, name collection.Name, version int, held Bits) (io.ReadCloser, error)
}

// Feed lists the collections that the caller was told of at a station, each once, in the
// order of its last change: what is there from a cursor on is all that a station has missed,
// be it new, or has its disk been lost. Nothing is acknowledged: each station keeps the cursor
// up to which it has read. Feeds of several stations have nothing to do with each other.
type Feed interface {
	// Changes returns what has changed after a cursor, the oldest first: at once if there
	// is any, else as soon as there is, or none when a time that the receiver sets is over.
	// Of more than goes in one answer the next ones return the rest, after the cursor in
	// the answer. What changes again before it is read is returned once.
	//
	// If they ask for the smallest versions of what is new, those of the first collection
	// that is follow as a stream, so that nobody need ask for them once more: as
	// Library.Versions returns it of one who holds none, with the same rights, ends and
	// errors. It breaks off when ctx ends.
	Changes(ctx context.Context, request ChangesRequest) (Changes, error)
}

// Recipient takes notifications that the sender of a collection hands over
// itself. A peer does, for its own user.
type Recipient interface {
	// Deliver takes a notification; a repeat, however late, is no error and no
	// news. What it tells is verified before it is acknowledged by nil. Of a collection
	// that is known here and names no authority, any of its readers may tell. Errors
	// wrap ErrForbidden (it is to somebody else, or the caller is neither the
	// author nor known to be one who may tell: a caller learns
	// nothing of what the recipient knows), ErrSeal, ErrMalformed, ErrUnreachable
	// or ErrNotFound (the collection cannot be had now, and the notification is to
	// come again).
	Deliver(ctx context.Context, n notify.Notification) error
}

// Originals serves complete versions to those who may read them. A peer does.
type Originals interface {
	// Original opens n bytes of the complete version of an item from offset on,
	// all that follow if n is negative or greater, as a range with proof: read it
	// with digest.NewReader. The version in ref does not matter. ErrNotFound: it
	// is not here, is not announced, the author has withdrawn it, or the caller
	// may not read it. Of the authority, which is shown that a version is here, by its
	// size, and Samples of its blocks: ErrForbidden is any other block.
	// ErrMalformed: the offset is negative or beyond its end. ErrUnreachable:
	// nobody answers.
	Original(ctx context.Context, ref Ref, offset, n int64) (*Stream, error)
}

// BulkOriginals serves many complete versions at once. A peer does.
type BulkOriginals interface {
	// Originals opens the complete versions of many items, by their places in the
	// collection: read them with an OriginalsReader. They come in ascending order, each
	// at most once. Those that Original would not return are left out, and so are those
	// of which the sender finds that its copy is damaged. ErrNotFound: the collection is
	// not here, or the caller may not read it. ErrMalformed: the set is empty.
	// ErrUnreachable: nobody answers.
	Originals(ctx context.Context, name collection.Name, items Bits) (io.ReadCloser, error)
}

// Identity is who calls a station, as its link has found out. The zero User is the
// authority whose key it is.
type Identity struct {
	User collection.UserID
	Key  collection.KeyID // that has sealed the request; zero where it is not known
}

// Hub is all that a hub does for one caller.
type Hub interface {
	ShareReceiver
	ResumableUploader
	Announcer
	Library
	Feed
	RemoteVerifier
	IDAllocator
	KeyNewsSource
	RosterKeeper
}

// HubServer is a hub as a link serves it.
type HubServer interface {
	// As is the hub as it is for one user, whom the caller vouches for.
	As(user collection.UserID) Hub
	// UserOf returns whose token this is. The error wraps ErrUnauthenticated if it
	// is nobody's.
	UserOf(ctx context.Context, token string) (collection.UserID, error)
	// Running ends when the hub is told to stop. Links then end soon what callers
	// still send or take, so that nobody holds it up.
	Running() context.Context
	LinkAccess
}

// Home is all that a peer does for one caller: for those who may read what it
// keeps, for those who tell its user something, and, at the local link, for
// those who hand something over to it.
type Home interface {
	ShareReceiver
	Library
	Feed
	Originals
	BulkOriginals
	Recipient
	SettingsSource
	RosterKeeper
}

// PeerServer is a peer as a link serves it.
type PeerServer interface {
	// As is the peer as it is for one caller, whom the link vouches for.
	As(caller Identity) Home
	// Key is the station's own: requests are sealed for it.
	Key() collection.KeyID
	// Verify says whose seal a request has.
	collection.Verifier
	// Learn takes key statements that a caller shows, of which it believes those
	// by an authority that it trusts. What it believed outlasts the process if
	// anything does that those keys have sealed.
	Learn(ctx context.Context, statements [][]byte) error
	// Running ends when the peer is told to stop, as that of a HubServer.
	Running() context.Context
}

// Dialer reaches peers: it returns what the one at a source serves to the caller
// that it was made for, or nil where there is no way. It connects to nobody; who
// does not answer, or not with the key that the source's endpoint names, is found by the
// first call. Whether the endpoint is sealed by a key of the source's user, the caller has
// found out before. It is safe for concurrent use.
type Dialer func(Source) Home

// Reach is d, with an error that wraps ErrUnreachable where there is no way. A nil
// Dialer reaches nobody.
func (d Dialer) Reach(to Source) (Home, error) {
	if d != nil {
		if home := d(to); home != nil {
			return home, nil
		}
	}
	return nil, At(ErrUnreachable, to.URL)
}

// Finder finds stations that serve originals of a collection where nobody who is known does,
// without asking a hub: none is no error. Those whom it returns say so themselves; that an
// endpoint is sealed by a key of its source's user, the caller finds out, and which items they
// serve, who asks them for each. It is asked for what the gate lets pass alone. It is safe for
// concurrent use.
type Finder func(ctx context.Context, c collection.Collection) ([]Source, error)

// Stream is a version, or a part of it, as it comes. Size is that of the whole
// version in bytes, as its sender claims. Digest is that of the whole version, as its author
// has sealed it; zero where the sender does not say.
type Stream struct {
	io.ReadCloser
	Size   int64
	Digest collection.Digest
}

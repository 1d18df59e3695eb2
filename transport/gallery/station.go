package gallery

import (
	"context"
	"errors"
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// Station is a hub or a home, as a gallery shows it: see [OfHub] and [OfHome].
type Station struct {
	// As is what a user may read.
	As func(collection.UserID) transport.Library
	// Latest lists at most n collections of a user's, the latest news first, of those with numbers
	// below another one; 0 = of all.
	Latest func(ctx context.Context, user collection.UserID, below uint64, n int) ([]transport.Entry, error)
	// Heads are what an album goes on in that a user may read, in the order in which it was made;
	// none where nothing of it was replaced.
	Heads func(ctx context.Context, user collection.UserID, of collection.Name) ([]collection.Name, error)
	// Name is what a user is called; empty = not known.
	Name func(context.Context, collection.UserID) string
	// IsMember reports whether somebody is a user of the station's: who was and is none any more is
	// signed out. nil = everybody is.
	IsMember func(context.Context, collection.UserID) (bool, error)
	// Handler serves the station's routes, /v1/…, to those whom who lets in, too.
	Handler func(who httplink.Authenticator) http.Handler
	// Key is the station's own, for which requests are sealed, and Keys say whose seal one has.
	Key  collection.KeyID
	Keys httplink.Keys
	// Root is the root key of the hub as a COSE_Key, by which pages verify seals themselves; empty =
	// there is no hub.
	Root []byte
	// Originals says that the station serves originals itself.
	Originals bool
	// Links serves guests; nil = there are none.
	Links transport.LinkAccess
}

// OfHub is a hub as a gallery shows it. What it serves below /v1 is httplink.HubHandler with these
// options; where they have none, Letters are those of the hub's mailer.
func OfHub(h *hub.Hub, o httplink.HandlerOptions) Station {
	if o.Who == nil {
		o.Who = httplink.ByToken(h)
	}
	if o.Letters == nil {
		o.Letters = h.Mail().Of
	}
	return Station{
		As: func(user collection.UserID) transport.Library { return h.As(user) },
		Latest: func(ctx context.Context, user collection.UserID, below uint64, n int) ([]transport.Entry, error) {
			return h.As(user).(lister).Latest(ctx, below, n)
		},
		Heads: func(ctx context.Context, user collection.UserID, of collection.Name) ([]collection.Name, error) {
			return h.As(user).(header).Heads(ctx, of)
		},
		Name: func(ctx context.Context, user collection.UserID) string {
			person, _ := h.Accounts().Person(ctx, user) // who is not known has no name
			return person.Name
		},
		IsMember: func(ctx context.Context, user collection.UserID) (bool, error) {
			_, err := h.Accounts().Person(ctx, user)
			if errors.Is(err, transport.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		},
		Handler: func(who httplink.Authenticator) http.Handler {
			o := o
			o.Who = either{who, o.Who}
			return httplink.HubHandler(h, o)
		},
		Key: h.PublicKey().ID(), Root: encoded(h.PublicKey()), Keys: h.Keys(), Links: h,
	}
}

// encoded is a key as a COSE_Key; empty = there is none.
func encoded(key signature.PublicKey) []byte {
	data, err := key.MarshalBinary()
	if err != nil {
		return nil // it is the zero key
	}
	return data
}

// lister is a hub to one user whose feed can be read from its end.
type lister interface {
	Latest(ctx context.Context, below uint64, n int) ([]transport.Entry, error)
}

// header is a station to one user that knows what albums go on in.
type header interface {
	Heads(ctx context.Context, of collection.Name) ([]collection.Name, error)
}

// either lets in who has a cookie, and who shows something else as others let it in.
type either struct{ cookie, other httplink.Authenticator }

func (e either) Authenticate(r *http.Request) (transport.Identity, error) {
	if r.Header.Get("Authorization") != "" {
		return e.other.Authenticate(r)
	}
	return e.cookie.Authenticate(r)
}

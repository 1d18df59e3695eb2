package gallery

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// A browser that is a station signs in by a request that its key has sealed, as stations seal
// theirs: POST /session, for this station, once, within five minutes. The session keeps the seal:
// it is verified again with each request, so that it is over when the key is stopped.

// seal is what a station has sealed.
type seal struct {
	Type            string
	Statement, Seal []byte
	Issued          time.Time
}

// stands returns whose key has made a seal, and reports whether it counts as a user's still: it
// does not once the key is stopped.
func (g *Gallery) stands(ctx context.Context, user collection.UserID, s *seal) (collection.KeyID, bool, error) {
	by, key, err := g.Keys.Verify(ctx, s.Type, s.Statement, s.Seal, s.Issued)
	if errors.Is(err, collection.ErrSeal) {
		return key, false, nil
	}
	return key, err == nil && by == user, err
}

// noting notes the seals that verify, for who has asked in the context.
type noting struct{ httplink.Keys }

type notedKey struct{}

func (n noting) Verify(ctx context.Context, typ string, statement, bytes []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	user, key, err = n.Keys.Verify(ctx, typ, statement, bytes, issued)
	if noted, ok := ctx.Value(notedKey{}).(*seal); ok && err == nil {
		*noted = seal{typ, statement, bytes, issued}
	}
	return user, key, err
}

// sessionBySeal signs a station in.
func (g *Gallery) sessionBySeal(w http.ResponseWriter, r *http.Request) {
	var by seal
	r = r.WithContext(context.WithValue(r.Context(), notedKey{}, &by))
	who, err := g.seals.Authenticate(r)
	if err == nil {
		_, err = io.Copy(io.Discard, r.Body) // the seal counts when all has come
	}
	if err == nil && (who.User == collection.UserID{}) {
		err = transport.ErrForbidden // an authority looks at nothing
	}
	if err == nil {
		err = g.signIn(w, r, session{User: who.User, Seal: &by})
	}
	g.answer(w, r, err)
}

// answer answers a script: nothing, or why it is refused.
func (g *Gallery) answer(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, transport.Err), isTooLarge(err):
		http.Error(w, http.StatusText(statusOf(err)), statusOf(err))
	default:
		g.log(r, err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

func isTooLarge(err error) bool {
	_, too := errors.AsType[*http.MaxBytesError](err)
	return too
}

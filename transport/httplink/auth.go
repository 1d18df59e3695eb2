package httplink

import (
	"context"
	"net/http"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Auth puts what says who calls into the header of a request, which it is given as the station
// sees it: the path begins with /v1, whatever the base URL is.
type Auth func(*http.Request) error

// Bearer is the Auth of a token that a hub has issued.
func Bearer(token string) Auth {
	return func(r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// Authenticator says who makes a request. In place of the request's body it may put
// one that ends with an error, in place of io.EOF, where it is not the caller's.
// Errors wrap transport.ErrUnauthenticated, or are those of a store.
type Authenticator interface {
	Authenticate(r *http.Request) (transport.Identity, error)
}

// Tokens says whose a token is: a hub's accounts do. Errors wrap
// transport.ErrUnauthenticated.
type Tokens interface {
	UserOf(ctx context.Context, token string) (collection.UserID, error)
}

// ByToken authenticates by bearer tokens.
func ByToken(t Tokens) Authenticator { return byToken{t} }

type byToken struct{ tokens Tokens }

func (b byToken) Authenticate(r *http.Request) (transport.Identity, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return transport.Identity{}, transport.ErrUnauthenticated
	}
	user, err := b.tokens.UserOf(r.Context(), token)
	return transport.Identity{User: user}, err
}

package httplink

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// required is the station that a request is for.
type required struct {
	key   collection.KeyID // zero = any
	web   bool             // a public certificate for the host does, too
	shown atomic.Bool      // the key, or that certificate
}

type requiredKey struct{}

// requiring returns the context of a request for a station. It takes the place of what ctx
// requires, which may be that of a request that is being answered.
func requiring(ctx context.Context, r *required) context.Context {
	return context.WithValue(ctx, requiredKey{}, r)
}

// requiredOf returns the station that a request is for, nil = any.
func requiredOf(ctx context.Context) *required {
	r, _ := ctx.Value(requiredKey{}).(*required)
	if r == nil || r.key.IsZero() {
		return nil
	}
	return r
}

// CheckKey is for an http.RoundTripper that finds out by itself which station a request
// reaches, such as one that carries it in process: it calls CheckKey with the station's
// key before it hands the request over. The error wraps transport.ErrPeerKey if the
// request is for another station.
func CheckKey(ctx context.Context, shown collection.KeyID) error {
	r := requiredOf(ctx)
	if r == nil {
		return nil
	}
	if r.key != shown {
		return fmt.Errorf("%w: key %v, not %v", transport.ErrPeerKey, shown, r.key)
	}
	r.shown.Store(true)
	return nil
}

// host names the station and where it is: connections to hosts of two names are never
// the same.
func (r *required) host(address string) string {
	kind := "k"
	if r.web {
		kind = "w"
	}
	return kind + r.key.String() + "." + hex.EncodeToString([]byte(address))
}

// ofHost returns what host has named.
func ofHost(host string) (r *required, address string, err error) {
	name, at, _ := strings.Cut(host, ".")
	r = new(required)
	where, err := hex.DecodeString(at)
	if err != nil {
		return nil, "", err
	}
	key, web := strings.CutPrefix(name, "w")
	if r.web = web; !web {
		key = strings.TrimPrefix(name, "k")
	}
	return r, string(where), r.key.UnmarshalText([]byte(key))
}

package collection

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// Limits on an endpoint, which no option changes.
const (
	MaxURLs = 4    // in each of its lists
	MaxURL  = 1024 // bytes of one URL
)

// maxEndpoint bounds an encoded endpoint, in bytes.
const maxEndpoint = 16 << 10

// An Endpoint is a station's own word on where it serves, sealed by the key with
// which it answers there. Whoever dials it requires that key, so nobody else can name
// an address for the station, or pass on what is meant for it. Of two endpoints of one
// key the one with the greater Number counts, whatever clocks say; what is served where
// is not part of it.
//
// An Endpoint is a value; its slices are not changed after it was made.
type Endpoint struct {
	User   UserID // whose station it is; zero = an authority's
	Key    KeyID  // the station's own
	Number uint64 // from 1 on
	// URLs are base URLs, the preferred one first. At one that begins with https the
	// station shows a certificate of Key, and no other is accepted.
	URLs []string
	// Web are base URLs for browsers, too: the station may show a certificate that a
	// public authority has issued for the URL's host, in place of its own. Requests are
	// sealed for Key and bytes are checked there as well; but whoever gets such a
	// certificate, a proxy in front of the station included, can read on the way.
	Web []string
	// Seal is that of Key, over the rest; see Sign.
	Seal []byte
}

// Serves reports whether the station serves at a URL, and whether it may show a public
// certificate there.
func (e Endpoint) Serves(url string) (serves, web bool) {
	web = slices.Contains(e.Web, url)
	return web || slices.Contains(e.URLs, url), web
}

// Sign returns e with a seal by the station, whose Signer it is given. Errors are those
// of s, and those of DecodeEndpoint for a field that it would refuse.
func (e Endpoint) Sign(ctx context.Context, s Signer) (Endpoint, error) {
	if err := e.check(); err != nil {
		return e, err
	}
	made, err := newSeal(ctx, s, TypeEndpoint, e.statement(), 0)
	if err != nil {
		return e, fmt.Errorf("endpoint: %w", err)
	}
	e.Seal = made.bytes
	return e, nil
}

// Verify checks that the seal is by Key, that v says that this is a key of User, and
// that it is valid now: an endpoint is as good as its key is when it is dialed. Errors
// are those of v, and ErrNotAuthorised for the seal of another key or user.
func (e Endpoint) Verify(ctx context.Context, v Verifier, now time.Time) error {
	user, key, err := v.Verify(ctx, TypeEndpoint, e.statement(), e.Seal, now)
	switch {
	case err != nil:
		return fmt.Errorf("endpoint: %w", err)
	case UserID(user) != e.User:
		return fmt.Errorf("endpoint: %w: the key is that of %v, not of %v", ErrNotAuthorised, UserID(user), e.User)
	case KeyID(key) != e.Key:
		return fmt.Errorf("endpoint: %w: sealed by the key %v, not by %v", ErrNotAuthorised, KeyID(key), e.Key)
	}
	return nil
}

// statement is what the station seals: all but the seal.
func (e Endpoint) statement() []byte { return e.append(wire.AppendArray(nil, endpointFields-1)) }

// endpointFields is how many fields an encoded endpoint has; the last is the seal.
const endpointFields = 6

func (e Endpoint) append(b []byte) []byte {
	b = wire.AppendBytes(wire.AppendBytes(b, e.User[:]), e.Key[:])
	b = wire.AppendUint(b, e.Number)
	for _, urls := range [][]string{e.URLs, e.Web} {
		b = wire.AppendArray(b, len(urls))
		for _, url := range urls {
			b = wire.AppendText(b, url)
		}
	}
	return b
}

// MarshalBinary returns the encoding of e, section endpoint of collection.cddl.
func (e Endpoint) MarshalBinary() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	return wire.AppendBytes(e.append(wire.AppendArray(nil, endpointFields)), e.Seal), nil
}

// check tells whether a decoder takes e, by having it read the encoding.
func (e Endpoint) check() error {
	_, err := DecodeEndpoint(wire.AppendBytes(e.append(wire.AppendArray(nil, endpointFields)), e.Seal))
	return err
}

// DecodeEndpoint reads an endpoint, and shares no memory with data. It refuses everything
// but the one encoding with an *Error. Verify says whether the seal is good.
func DecodeEndpoint(data []byte) (Endpoint, error) {
	if len(data) > maxEndpoint {
		return Endpoint{}, &Error{Err: ErrLimit}
	}
	var e Endpoint
	r := wire.NewReader(data, 0)
	r.Exactly(endpointFields)
	copy(e.User[:], r.Fixed(userSize))
	at := r.Offset()
	if copy(e.Key[:], r.Fixed(keySize)); e.Key.IsZero() {
		r.Fail(at, ErrZero)
	}
	at = r.Offset()
	if e.Number = r.Uint(math.MaxInt64); e.Number == 0 {
		r.Fail(at, ErrZero)
	}
	e.URLs, e.Web = readURLs(r), readURLs(r)
	e.Seal = slices.Clone(r.Bytes((Limits{}).withDefaults().Seal))
	if err := r.End(); err != nil {
		return Endpoint{}, fmt.Errorf("endpoint: %w", err)
	}
	return e, nil
}

// readURLs reads a list of URLs, none of which is empty.
func readURLs(r *wire.Reader) (urls []string) {
	for range r.Array(MaxURLs) {
		at := r.Offset()
		url := string(r.Text(MaxURL))
		if url == "" {
			r.Fail(at, ErrLength)
		}
		if r.Err() != nil {
			return nil
		}
		urls = append(urls, url)
	}
	return urls
}

package httplink

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// sizeHeader carries the size of a whole version, or of the message before a stream, in bytes.
const sizeHeader = "Glimpse-Size"

// The types of messages, and of streams of many versions.
const (
	contentType  = "application/cbor"
	sequenceType = "application/cbor-seq" // RFC 8742
)

// Options of a client. The zero value works.
type Options struct {
	// HTTP makes the requests; nil = one with NewTransport(nil), as every other should
	// have, too: where Key is set, requests to https fail by any other transport that
	// does not call CheckKey. That connects to any address: good for a URL that the
	// program's own user has chosen. See Dialer for others. A timeout in it must be
	// longer than a hub waits for news. Redirections are not followed, whatever it says:
	// they could lead a token, or what was sealed, to somebody else.
	HTTP *http.Client
	// Networks are those beside public addresses in which Dialer reaches stations if
	// HTTP is nil.
	Networks []netip.Prefix
	// Key is the key that the station must have if the base URL begins with https; zero =
	// a certificate by a public authority is required. Dialer sets it. The errors of a
	// station that does not show it wrap transport.ErrPeerKey.
	Key collection.KeyID
	// MaxMessage bounds the messages that are read, in bytes; 0 = 64 MiB.
	MaxMessage int64
	// MaxStall is for how long, in all of one request, an answer may stall. Each 2 KiB
	// earn back a second of it. The answer to a GET may not begin later, either; how
	// long others are awaited, and each part of Versions, the context says. 0 = 30 s.
	MaxStall time.Duration
}

// Client speaks to one station, on behalf of one caller. It implements
// transport.Hub, transport.Home, transport.LinkAccess and collection.Verifier; a
// station that does not serve a part of them answers transport.ErrNotFound. When
// nobody answers at all, or something that is no station does, the errors wrap
// transport.ErrUnreachable. So does the error of a partial version that ends before
// its size; that of an original is found by its proof. Streams that are sent are
// read until the call returns, or a little longer, and not closed. It is safe for
// concurrent use.
type Client struct {
	base string // empty where it is no URL
	http http.Client
	auth Auth
	key  collection.KeyID // see Options
	web  bool             // a public certificate for the host does, too
	max  int64

	maxStall time.Duration
}

var (
	_ transport.Hub        = (*Client)(nil)
	_ transport.Home       = (*Client)(nil)
	_ transport.LinkAccess = (*Client)(nil)
	_ collection.Verifier  = (*Client)(nil)
)

// Dialer reaches peers over HTTP for a caller, who seals its requests. Each is for the key
// that the endpoint of its source names: a station with another one is not asked, where the
// URL begins with https, and can do nothing with what it is sent, where it does not. Who is
// on the way reads what is sent to http; a hub cannot make it so, since the station has
// sealed its URLs. There is no way to a source without an endpoint that has its URL. Others
// name these: if o.HTTP is nil, it connects as [PublicTransport] says, and what is put there
// should, too.
func Dialer(c Caller, o Options) transport.Dialer {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Transport: NewTransport(PublicTransport(o.Networks...))}
	}
	return func(to transport.Source) transport.Home {
		e, err := collection.DecodeEndpoint(to.Endpoint)
		serves, web := e.Serves(to.URL)
		if err != nil || !serves {
			return nil
		}
		o := o
		o.Key = e.Key
		client := NewClient(to.URL, Sealed(c, e.Key), o)
		client.web = web
		return client
	}
}

// NewClient makes a client of the station at base, such as
// "https://hub.example.org": a scheme, http or https, a host and perhaps a path.
// Nobody answers at any other. A nil auth sends none.
func NewClient(base string, auth Auth, o Options) *Client {
	c := &Client{base: baseURL(base), http: *cmp.Or(o.HTTP, defaultHTTP()), auth: auth, key: o.Key}
	c.max, c.maxStall = cmp.Or(o.MaxMessage, defaultMaxMessage), o.MaxStall
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// baseURL is a base as requests begin with it. Peers name those that others call:
// what would put the paths of requests elsewhere is none.
func baseURL(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(base, "?#") {
		return ""
	}
	return strings.TrimSuffix(u.String(), "/")
}

// Share implements transport.ShareReceiver.
func (c *Client) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	return call[transport.Answer](ctx, c, "/v1/share", share)
}

// Push implements transport.ShareReceiver.
func (c *Client) Push(ctx context.Context, share transport.Share, stream io.Reader) (transport.Answer, error) {
	message, err := transport.Encode(share)
	if err != nil {
		return transport.Answer{}, err
	}
	path := fmt.Sprintf("/v1/push?share=%d", len(message))
	return exchange[transport.Answer](ctx, c, http.MethodPost, path, body{message: message, stream: stream})
}

// Upload implements transport.ShareReceiver.
func (c *Client) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return exchange[transport.Answer](ctx, c, http.MethodPost, "/v1/upload/"+name.String(), body{stream: stream})
}

// Announce implements transport.Announcer.
func (c *Client) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	return call[transport.Answer](ctx, c, "/v1/announce", a)
}

// Collection implements transport.Library.
func (c *Client) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return exchange[transport.State](ctx, c, http.MethodGet, "/v1/collections/"+name.String(), body{})
}

// Updates implements transport.Library.
func (c *Client) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return exchange[transport.State](ctx, c, http.MethodGet, "/v1/updates/"+name.String(), body{})
}

// Version implements transport.Library.
func (c *Client) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return c.part(ctx, versionPath(ref), offset)
}

// Versions implements transport.Library.
func (c *Client) Versions(ctx context.Context, name collection.Name, version int, held transport.Bits) (io.ReadCloser, error) {
	message, err := transport.Encode(transport.VersionsRequest{Held: held.Trim()})
	if err != nil {
		return nil, err
	}
	r, err := c.send(ctx, http.MethodPost, fmt.Sprintf("/v1/versions/%v/%d", name, version), body{message: message, waits: true}, http.StatusOK)
	if err != nil {
		return nil, err
	}
	if r.Header.Get("Content-Type") != sequenceType {
		r.Body.Close()
		return nil, notStation(r)
	}
	return r.Body, nil
}

// Original implements transport.Originals.
func (c *Client) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	q := url.Values{"offset": {strconv.FormatInt(offset, 10)}}
	if n >= 0 {
		q.Set("length", strconv.FormatInt(n, 10))
	}
	return c.stream(ctx, "/v1/originals/"+ref.Collection.String()+"/"+ref.Item.String()+"?"+q.Encode())
}

// Originals implements transport.BulkOriginals.
func (c *Client) Originals(ctx context.Context, name collection.Name, items transport.Bits) (io.ReadCloser, error) {
	path := "/v1/originals/" + name.String() + "?items=" + base64.RawURLEncoding.EncodeToString(items.Trim())
	r, err := c.send(ctx, http.MethodGet, path, body{}, http.StatusOK)
	if err != nil {
		return nil, err
	}
	if r.Header.Get("Content-Type") != sequenceType {
		r.Body.Close()
		return nil, notStation(r)
	}
	return r.Body, nil
}

// Changes implements transport.Feed.
func (c *Client) Changes(ctx context.Context, request transport.ChangesRequest) (transport.Changes, error) {
	message, err := transport.Encode(request)
	if err != nil {
		return transport.Changes{}, err
	}
	r, err := c.send(ctx, http.MethodPost, "/v1/feed", body{message: message}, http.StatusOK)
	if err != nil {
		return transport.Changes{}, err
	}
	if r.Header.Get("Content-Type") == sequenceType {
		return c.followed(ctx, r)
	}
	return readAnswer[transport.Changes](ctx, c, r)
}

// followed reads news behind which a stream follows, which is left to read.
func (c *Client) followed(ctx context.Context, r *http.Response) (news transport.Changes, err error) {
	n, err := size(r)
	if err == nil {
		news, err = receive[transport.Changes](ctx, io.LimitReader(r.Body, n), c.max)
	}
	if err != nil {
		r.Body.Close()
		return transport.Changes{}, err
	}
	news.Versions = r.Body
	return news, nil
}

// Deliver implements transport.Recipient: it hands a notification to the station of
// its recipient.
func (c *Client) Deliver(ctx context.Context, n notify.Notification) error {
	return c.post(ctx, "/v1/deliveries", n)
}

// VerifySeal implements transport.RemoteVerifier.
func (c *Client) VerifySeal(ctx context.Context, s transport.VerifyRequest) (transport.VerifyResponse, error) {
	return call[transport.VerifyResponse](ctx, c, "/v1/verify", s)
}

// Verify implements collection.Verifier by asking the hub: for a client that does
// not have the keys. The hub is believed, as far as the connection to it is; it is
// told the statement, not the collection. Errors wrap those of
// collection.Verifier where the hub refuses the seal, else those of package
// transport.
func (c *Client) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	s := transport.VerifyRequest{Type: typ, Statement: statement, Seal: seal}
	if !issued.IsZero() {
		s.Issued = issued.Unix()
	}
	v, err := c.VerifySeal(ctx, s)
	if err != nil {
		return user, key, err
	}
	if err := v.Err(); err != nil {
		return user, key, fmt.Errorf("hub: %w", err)
	}
	return v.User, v.Key, nil
}

// NewIdentifiers implements transport.IDAllocator.
func (c *Client) NewIdentifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	return call[transport.Identifiers](ctx, c, "/v1/ids", transport.IDRequest{Items: n})
}

// KeyNews implements transport.KeyNewsSource.
func (c *Client) KeyNews(ctx context.Context, asked transport.KeyNewsRequest) (transport.KeyNews, error) {
	return call[transport.KeyNews](ctx, c, "/v1/keys", asked)
}

// SetRoster implements transport.RosterKeeper.
func (c *Client) SetRoster(ctx context.Context, roster []byte) ([]byte, error) {
	m, err := call[transport.RosterMessage](ctx, c, "/v1/roster", transport.RosterMessage{Roster: roster})
	return m.Roster, err
}

// Settings implements transport.SettingsSource.
func (c *Client) Settings(ctx context.Context) (transport.Settings, error) {
	return exchange[transport.Settings](ctx, c, http.MethodGet, "/v1/settings", body{})
}

// Glimpse implements transport.LinkAccess. It needs no Auth.
func (c *Client) Glimpse(ctx context.Context, token string) (transport.Glimpse, error) {
	path, err := linkPath(token)
	if err != nil {
		return transport.Glimpse{}, err
	}
	return exchange[transport.Glimpse](ctx, c, http.MethodGet, path, body{})
}

// GuestVersion implements transport.LinkAccess. It needs no Auth.
func (c *Client) GuestVersion(ctx context.Context, token string, item, version int, offset int64) (*transport.Stream, error) {
	path, err := linkPath(token)
	if err != nil {
		return nil, err
	}
	return c.part(ctx, fmt.Sprintf("%s/%d/%d", path, item, version), offset)
}

// linkPath is where a token is looked up. No segment, and dots that are one of their
// own, are steps along the path, escaped or not (RFC 3986 §5.2.4), and no token.
func linkPath(token string) (string, error) {
	if token == "" || token == "." || token == ".." {
		return "", errPath
	}
	return "/v1/links/" + url.PathEscape(token), nil
}

func versionPath(ref transport.Ref) string {
	return fmt.Sprintf("/v1/versions/%v/%v/%d", ref.Collection, ref.Item, ref.Version)
}

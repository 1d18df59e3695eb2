package httplink

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// sizeHeader carries the size of a whole version, in bytes.
const sizeHeader = "Glimpse-Size"

const contentType = "application/cbor"

// Options of a client. The zero value works.
type Options struct {
	// HTTP makes the requests; nil = http.DefaultClient. A timeout in it must
	// be longer than a hub waits for news. Redirections are not followed, whatever
	// it says: they could lead a token, or what was sealed, to somebody else.
	HTTP *http.Client
	// MaxMessage bounds the messages that are read, in bytes; 0 = 64 MiB.
	MaxMessage int64
}

// Client speaks to one station, on behalf of one caller. It implements
// transport.Hub, transport.Originals, transport.Recipient, transport.RemoteVerifier,
// transport.IDAllocator, transport.SettingsSource, transport.LinkAccess and collection.Verifier; a
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
	max  int64
}

var (
	_ transport.Hub       = (*Client)(nil)
	_ transport.Originals = (*Client)(nil)
	_ transport.Recipient = (*Client)(nil)
)

// NewClient makes a client of the station at base, such as
// "https://hub.example.org": a scheme, http or https, a host and perhaps a path.
// Nobody answers at any other. A nil auth sends none.
func NewClient(base string, auth Auth, o Options) *Client {
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = defaultMaxMessage
	}
	c := &Client{base: baseURL(base), http: *o.HTTP, auth: auth, max: o.MaxMessage}
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

// Upload implements transport.ShareReceiver.
func (c *Client) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return exchange[transport.Answer](ctx, c, http.MethodPost, "/v1/upload/"+name.String(), io.NopCloser(stream))
}

// PutVersion implements transport.ResumableUploader.
func (c *Client) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	path := fmt.Sprintf("%s?offset=%d", versionPath(ref), offset)
	r, err := c.send(ctx, http.MethodPut, path, io.NopCloser(data), http.StatusNoContent)
	if r == nil {
		return 0, err
	}
	defer r.Body.Close()
	n, bad := size(r)
	if err != nil {
		return n, err
	}
	return n, bad
}

// Announce implements transport.Announcer.
func (c *Client) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	return call[transport.Answer](ctx, c, "/v1/announce", a)
}

// Collection implements transport.Library.
func (c *Client) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return exchange[transport.State](ctx, c, http.MethodGet, "/v1/collections/"+name.String(), nil)
}

// Updates implements transport.Library.
func (c *Client) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return exchange[transport.State](ctx, c, http.MethodGet, "/v1/updates/"+name.String(), nil)
}

// Version implements transport.Library.
func (c *Client) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return c.part(ctx, fmt.Sprintf("%s?offset=%d", versionPath(ref), offset), offset)
}

// Original implements transport.Originals.
func (c *Client) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	q := url.Values{"offset": {strconv.FormatInt(offset, 10)}}
	if n >= 0 {
		q.Set("length", strconv.FormatInt(n, 10))
	}
	return c.stream(ctx, "/v1/originals/"+ref.Collection.String()+"/"+ref.Item.String()+"?"+q.Encode())
}

// Notifications implements transport.Inbox.
func (c *Client) Notifications(ctx context.Context) (transport.Deliveries, error) {
	return exchange[transport.Deliveries](ctx, c, http.MethodGet, "/v1/notifications", nil)
}

// Acknowledge implements transport.Inbox.
func (c *Client) Acknowledge(ctx context.Context, receipts transport.Receipts) error {
	return c.post(ctx, "/v1/notifications", receipts)
}

// Deliver implements transport.Recipient: it hands a notification to the station of
// its recipient.
func (c *Client) Deliver(ctx context.Context, n notify.Notification) error {
	return c.post(ctx, "/v1/deliveries", n)
}

func versionPath(ref transport.Ref) string {
	return fmt.Sprintf("/v1/versions/%v/%v/%d", ref.Collection, ref.Item, ref.Version)
}

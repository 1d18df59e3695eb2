package httplink

import (
	"bytes"
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
	// be longer than a hub waits for news.
	HTTP *http.Client
	// MaxMessage bounds the messages that are read, in bytes; 0 = 64 MiB.
	MaxMessage int64
}

// Client speaks to one station, on behalf of one caller. It implements
// transport.Hub, transport.Originals, transport.Recipient, transport.Judge,
// transport.Namer, transport.Book, transport.Guests and collection.Verifier; a
// station that does not serve a part of them answers transport.ErrNotFound. When
// nobody answers at all, the errors wrap transport.ErrUnreachable. It is safe for
// concurrent use.
type Client struct {
	base string
	auth Auth
	o    Options
}

var (
	_ transport.Hub       = (*Client)(nil)
	_ transport.Originals = (*Client)(nil)
	_ transport.Recipient = (*Client)(nil)
)

// NewClient makes a client of the station at base, such as
// "https://hub.example.org". A nil auth sends none.
func NewClient(base string, auth Auth, o Options) *Client {
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = defaultMaxMessage
	}
	return &Client{base: strings.TrimSuffix(base, "/"), auth: auth, o: o}
}

// Share implements transport.Station.
func (c *Client) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	return call[transport.Answer](ctx, c, "/v1/share", share)
}

// Upload implements transport.Station.
func (c *Client) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return exchange[transport.Answer](ctx, c, http.MethodPost, "/v1/upload/"+name.String(), stream)
}

// PutVersion implements transport.Putter.
func (c *Client) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	path := fmt.Sprintf("%s?offset=%d", versionPath(ref), offset)
	r, err := c.send(ctx, http.MethodPut, path, data)
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
	return c.stream(ctx, fmt.Sprintf("%s?offset=%d", versionPath(ref), offset))
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
	body, err := transport.Encode(receipts)
	if err != nil {
		return err
	}
	return c.post(ctx, "/v1/notifications", body)
}

// Deliver implements transport.Recipient: it hands a notification to the station of
// its recipient.
func (c *Client) Deliver(ctx context.Context, n notify.Notification) error {
	body, err := transport.Encode(n)
	if err != nil {
		return err
	}
	return c.post(ctx, "/v1/deliveries", body)
}

// post sends a message that is answered by nothing.
func (c *Client) post(ctx context.Context, path string, body []byte) error {
	r, err := c.send(ctx, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	return r.Body.Close()
}

func versionPath(ref transport.Ref) string {
	return fmt.Sprintf("/v1/versions/%v/%v/%d", ref.Collection, ref.Item, ref.Version)
}

// call posts a message and reads the one that answers it.
func call[M any](ctx context.Context, c *Client, path string, message any) (M, error) {
	body, err := transport.Encode(message)
	if err != nil {
		var none M
		return none, err
	}
	return exchange[M](ctx, c, http.MethodPost, path, bytes.NewReader(body))
}

func exchange[M any](ctx context.Context, c *Client, method, path string, body io.Reader) (M, error) {
	var none M
	r, err := c.send(ctx, method, path, body)
	if err != nil {
		return none, err
	}
	defer r.Body.Close()
	data, err := readAll(r.Body, c.o.MaxMessage)
	if err != nil {
		return none, unreachable(ctx, err)
	}
	return transport.Decode[M](data)
}

func (c *Client) stream(ctx context.Context, path string) (*transport.Stream, error) {
	r, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	n, err := size(r)
	if err != nil {
		r.Body.Close()
		return nil, err
	}
	return &transport.Stream{ReadCloser: r.Body, Size: n}, nil
}

// send makes a request and gives its answer. A refusal comes as an error beside
// the answer, whose body is closed.
func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, transport.At(transport.ErrMalformed, "address")
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if c.auth != nil {
		if err := c.auth(req); err != nil {
			return nil, err
		}
	}
	r, err := c.o.HTTP.Do(req)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	if r.StatusCode < 300 {
		return r, nil
	}
	defer r.Body.Close()
	return r, c.refusal(r)
}

// refusal reads the fault that a station answers with. What is not one comes
// from something in between.
func (c *Client) refusal(r *http.Response) error {
	data, err := readAll(r.Body, 1<<16)
	if err == nil {
		if f, err := transport.Decode[transport.Fault](data); err == nil {
			return &f
		}
	}
	return transport.At(transport.ErrUnreachable, r.Status)
}

func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
}

func size(r *http.Response) (int64, error) {
	n, err := strconv.ParseInt(r.Header.Get(sizeHeader), 10, 64)
	if err != nil || n < 0 {
		return 0, transport.At(transport.ErrMalformed, sizeHeader)
	}
	return n, nil
}

// readAll reads at most limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, transport.At(transport.ErrTooLarge, "message")
	}
	return data, err
}

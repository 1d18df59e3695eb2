package transporttest_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http/httputil"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// The smallest link: each call is a connection of its own. On it goes a request, which is a
// head, and behind it a stream in chunks; and back comes a fault or a message, and a stream.

// request is the head of a call.
type request struct {
	Token  string `cbor:"1,keyasint"`
	Method string `cbor:"2,keyasint"`
	Args   []byte `cbor:"3,keyasint"`
}

// response is what stands before the stream of an answer.
type response struct {
	Fault   *transport.Fault `cbor:"1,keyasint,omitempty"`
	Message []byte           `cbor:"2,keyasint,omitempty"`
	Stream  bool             `cbor:"3,keyasint,omitempty"` // one follows
}

// place is what the calls have as arguments that take no message.
type place struct {
	Name    collection.Name   `cbor:"1,keyasint"`
	Item    collection.ItemID `cbor:"2,keyasint"`
	Version int               `cbor:"3,keyasint"`
	Offset  int64             `cbor:"4,keyasint"`
	N       int               `cbor:"5,keyasint"`
	Held    transport.Bits    `cbor:"6,keyasint"`
	Roster  []byte            `cbor:"7,keyasint"`
}

func (p place) ref() transport.Ref {
	return transport.Ref{Collection: p.Name, Item: p.Item, Version: p.Version}
}

func at(ref transport.Ref, offset int64) place {
	return place{Name: ref.Collection, Item: ref.Item, Version: ref.Version, Offset: offset}
}

// version stands before the bytes of a version.
type version struct {
	Size   int64             `cbor:"1,keyasint"`
	Digest collection.Digest `cbor:"2,keyasint"`
}

const maxHead = 64 << 20 // bytes

// writeHead writes a message behind its length.
func writeHead(w io.Writer, message any) error {
	data, err := transport.Encode(message)
	if err == nil {
		_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...))
	}
	return err
}

// readHead reads what writeHead wrote. It takes memory as bytes come, whatever the length.
func readHead[M any](r io.Reader) (m M, err error) {
	var n [4]byte
	if _, err = io.ReadFull(r, n[:]); err != nil {
		return m, err
	}
	size := int64(binary.BigEndian.Uint32(n[:]))
	if size > maxHead {
		return m, transport.At(transport.ErrTooLarge, "message")
	}
	data, err := io.ReadAll(io.LimitReader(r, size))
	if err == nil && int64(len(data)) < size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return m, err
	}
	return transport.Decode[M](data)
}

// writeStream writes a stream in chunks: one that fails has no end.
func writeStream(w io.Writer, from io.Reader) error {
	to := httputil.NewChunkedWriter(w)
	if from != nil {
		if _, err := io.Copy(to, from); err != nil {
			return err
		}
	}
	if err := to.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\r\n")
	return err
}

// client is a transport.Hub for the user whose token it shows.
type client struct {
	dial  func(context.Context) (net.Conn, error)
	token string
}

// ask makes a call, and returns the message and the stream of the answer.
func ask[M any](ctx context.Context, c client, method string, args any, stream io.Reader) (m M, body *answer, err error) {
	data, err := transport.Encode(args)
	if err = cmp.Or(ctx.Err(), err); err != nil {
		return m, nil, err
	}
	conn, err := c.dial(ctx)
	if err != nil {
		return m, nil, fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	a := &answer{Conn: conn, sent: make(chan error, 1)}
	a.stop = context.AfterFunc(ctx, func() { conn.Close() })
	go func() {
		err := writeHead(conn, request{c.token, method, data})
		if err == nil {
			err = writeStream(conn, stream)
		}
		a.sent <- err
		if err != nil {
			conn.Close() // the other side sees that it broke off
		}
	}()
	from := bufio.NewReader(conn)
	r, err := readHead[response](from)
	a.body, a.follows = httputil.NewChunkedReader(from), r.Stream
	switch {
	case err != nil:
		err = a.why(ctx, err)
	case r.Fault != nil:
		err = r.Fault
	default:
		m, err = transport.DecodeMessage[M](r.Message)
	}
	if err != nil {
		a.Close()
		return m, nil, err
	}
	return m, a, nil
}

// answer is the stream of an answer. Closing it ends the call.
type answer struct {
	net.Conn
	body    io.Reader
	follows bool // a stream
	stop    func() bool
	sent    chan error
	once    sync.Once
}

// Read implements io.Reader.
func (a *answer) Read(p []byte) (int, error) { return a.body.Read(p) }

// Close implements io.Closer: nobody reads what was sent any more.
func (a *answer) Close() (err error) {
	if a == nil {
		return nil
	}
	a.once.Do(func() {
		a.stop()
		err = a.Conn.Close()
		<-a.sent
	})
	return err
}

// why says why there is no answer: the caller has ended the call, or its own stream has
// failed, or the other side is gone.
func (a *answer) why(ctx context.Context, err error) error {
	a.Conn.Close()
	sent := <-a.sent
	a.sent <- nil
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case sent != nil && !errors.Is(sent, io.ErrClosedPipe):
		return sent
	}
	return fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
}

// message is ask for an answer without a stream.
func message[M any](ctx context.Context, c client, method string, args any, stream io.Reader) (M, error) {
	m, body, err := ask[M](ctx, c, method, args, stream)
	if err == nil {
		err = body.Close()
	}
	return m, err
}

func (c client) Share(ctx context.Context, s transport.Share) (transport.Answer, error) {
	return message[transport.Answer](ctx, c, "Share", s, nil)
}

func (c client) Push(ctx context.Context, s transport.Share, stream io.Reader) (transport.Answer, error) {
	return message[transport.Answer](ctx, c, "Push", s, stream)
}

func (c client) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return message[transport.Answer](ctx, c, "Upload", place{Name: name}, stream)
}

func (c client) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	p, err := message[place](ctx, c, "PutVersion", at(ref, offset), data)
	return p.Offset, err
}

func (c client) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	return message[transport.Answer](ctx, c, "Announce", a, nil)
}

func (c client) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return message[transport.State](ctx, c, "Collection", place{Name: name}, nil)
}

func (c client) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return message[transport.State](ctx, c, "Updates", place{Name: name}, nil)
}

func (c client) Collections(ctx context.Context, asked []transport.Known) iter.Seq2[transport.State, error] {
	return func(yield func(transport.State, error) bool) {
		_, body, err := ask[place](ctx, c, "Collections", transport.CollectionsRequest{Known: asked}, nil)
		if err != nil {
			yield(transport.State{}, err)
			return
		}
		defer body.Close()
		for range asked {
			one, err := readHead[transport.Lacking](body)
			switch {
			case err != nil: // the other side has broken off
				yield(transport.State{}, fmt.Errorf("%w: %w", transport.ErrUnreachable, err))
				return
			case one.Refused != nil:
				one.State, err = new(transport.State), one.Refused
			}
			if !yield(*one.State, err) {
				return
			}
		}
	}
}

func (c client) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	v, body, err := ask[version](ctx, c, "Version", at(ref, offset), nil)
	if err != nil {
		return nil, err
	}
	return &transport.Stream{ReadCloser: body, Size: v.Size, Digest: v.Digest}, nil
}

func (c client) Versions(ctx context.Context, name collection.Name, v int, held transport.Bits) (io.ReadCloser, error) {
	_, body, err := ask[place](ctx, c, "Versions", place{Name: name, Version: v, Held: held}, nil)
	if err != nil {
		return nil, err
	}
	return body, nil
}

func (c client) Changes(ctx context.Context, r transport.ChangesRequest) (transport.Changes, error) {
	news, body, err := ask[transport.Changes](ctx, c, "Changes", r, nil)
	if err != nil || !body.follows {
		return news, errors.Join(err, body.Close())
	}
	news.Versions = body
	return news, nil
}

func (c client) VerifySeal(ctx context.Context, r transport.VerifyRequest) (transport.VerifyResponse, error) {
	return message[transport.VerifyResponse](ctx, c, "VerifySeal", r, nil)
}

func (c client) NewIdentifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	return message[transport.Identifiers](ctx, c, "NewIdentifiers", place{N: n}, nil)
}

func (c client) KeyNews(ctx context.Context, r transport.KeyNewsRequest) (transport.KeyNews, error) {
	return message[transport.KeyNews](ctx, c, "KeyNews", r, nil)
}

func (c client) SetRoster(ctx context.Context, roster []byte) ([]byte, error) {
	p, err := message[place](ctx, c, "SetRoster", place{Roster: roster}, nil)
	return p.Roster, err
}

var _ transport.Hub = client{}

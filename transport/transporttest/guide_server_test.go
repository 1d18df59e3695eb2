package transporttest_test

import (
	"bufio"
	"context"
	"io"
	"iter"
	"net"
	"net/http/httputil"

	"github.com/glimpse-go/glimpse/transport"
)

// serveCall serves one connection of the smallest link: it says who calls, has the hub do what
// is asked for, and answers.
func serveCall(ctx context.Context, conn net.Conn, h transport.HubServer) {
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	from := bufio.NewReader(conn)
	r, err := readHead[request](from)
	if err != nil {
		return // it was no call
	}
	message, stream, err := serveRequest(ctx, h, r, &rest{from, httputil.NewChunkedReader(from), cancel})
	if stream != nil {
		defer stream.Close()
	}
	to := response{Stream: stream != nil}
	if err == nil {
		to.Message, err = transport.Encode(message)
	}
	if err != nil {
		to, stream = response{Fault: transport.NewFault(err)}, nil
	}
	if writeHead(conn, to) == nil {
		writeStream(conn, stream)
	}
}

func serveRequest(ctx context.Context, h transport.HubServer, r request, body *rest) (any, io.ReadCloser, error) {
	user, err := h.UserOf(ctx, r.Token)
	if err != nil {
		return nil, nil, err
	}
	hub := h.As(user)
	switch r.Method { // those with a stream read it themselves
	case "Push":
		return with(ctx, r, func(ctx context.Context, s transport.Share) (transport.Answer, error) {
			return hub.Push(ctx, s, body.stream)
		})
	case "Upload":
		return with(ctx, r, func(ctx context.Context, p place) (transport.Answer, error) {
			return hub.Upload(ctx, p.Name, body.stream)
		})
	case "PutVersion":
		return with(ctx, r, func(ctx context.Context, p place) (place, error) {
			n, err := hub.PutVersion(ctx, p.ref(), p.Offset, body.stream)
			return place{Offset: n}, err
		})
	}
	go body.watch()
	switch r.Method {
	case "Share":
		return with(ctx, r, hub.Share)
	case "Announce":
		return with(ctx, r, hub.Announce)
	case "Changes": // thumbnails of what is new may follow
		m, _, err := with(ctx, r, hub.Changes)
		news, _ := m.(transport.Changes)
		return news, news.Versions, err
	case "Collections":
		asked, err := transport.DecodeMessage[transport.CollectionsRequest](r.Args)
		return place{}, lacking(hub.Collections(ctx, asked.Known)), err
	case "VerifySeal":
		return with(ctx, r, hub.VerifySeal)
	case "KeyNews":
		return with(ctx, r, hub.KeyNews)
	}
	p, err := transport.DecodeMessage[place](r.Args)
	if err != nil {
		return nil, nil, err
	}
	return servePlace(ctx, hub, r.Method, p)
}

// with reads the arguments of a call as a message.
func with[A, M any](ctx context.Context, r request, do func(context.Context, A) (M, error)) (any, io.ReadCloser, error) {
	args, err := transport.DecodeMessage[A](r.Args)
	if err != nil {
		return nil, nil, err
	}
	m, err := do(ctx, args)
	return m, nil, err
}

func servePlace(ctx context.Context, hub transport.Hub, method string, p place) (m any, body io.ReadCloser, err error) {
	switch method {
	case "Collection":
		m, err = hub.Collection(ctx, p.Name)
	case "Updates":
		m, err = hub.Updates(ctx, p.Name)
	case "NewIdentifiers":
		m, err = hub.NewIdentifiers(ctx, p.N)
	case "SetRoster":
		var latest []byte
		latest, err = hub.SetRoster(ctx, p.Roster)
		m = place{Roster: latest}
	case "Versions":
		body, err = hub.Versions(ctx, p.Name, p.Version, p.Held)
		m = place{}
	case "Version":
		s, failed := hub.Version(ctx, p.ref(), p.Offset)
		if failed != nil {
			return nil, nil, failed
		}
		m, body = version{s.Size, s.Digest}, s
	default:
		err = transport.At(transport.ErrMalformed, "method")
	}
	return m, body, err
}

// rest is what comes behind the head of a request.
type rest struct {
	conn   io.Reader
	stream io.Reader
	gone   func()
}

// watch ends the call when the caller is gone. It is for calls without a stream.
func (r *rest) watch() {
	io.Copy(io.Discard, r.stream)
	io.Copy(io.Discard, r.conn)
	r.gone()
}

// lacking is the stream of what is lacking of many collections: each is read from the hub as the
// stream is read.
func lacking(all iter.Seq2[transport.State, error]) io.ReadCloser {
	from, to := io.Pipe()
	go func() {
		for s, err := range all {
			one := transport.Lacking{State: &s}
			if err != nil {
				one = transport.Lacking{Refused: transport.NewFault(err)}
			}
			if writeHead(to, one) != nil {
				return // nobody reads on
			}
		}
		to.Close()
	}()
	return from
}

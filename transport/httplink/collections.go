package httplink

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"

	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/transport"
)

// collections sends what the caller lacks of many collections, each as it is read.
func collections[S transport.Library](r request, station S) error {
	m, err := readMessage[transport.CollectionsRequest](r)
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", sequenceType)
	for s, err := range station.Collections(r.Context(), m.Known) {
		if err := writeLacking(r.w, s, err); err != nil {
			return sent(err)
		}
	}
	return nil
}

func writeLacking(w io.Writer, s transport.State, refused error) error {
	one := transport.Lacking{State: &s}
	if refused != nil {
		one = transport.Lacking{Refused: transport.NewFault(refused)}
	}
	data, err := transport.Encode(one)
	if err != nil {
		return err
	}
	_, err = w.Write(wire.AppendBytes(nil, data))
	return err
}

// Collections implements transport.Library.
func (c *Client) Collections(ctx context.Context, asked []transport.Known) iter.Seq2[transport.State, error] {
	return func(yield func(transport.State, error) bool) {
		r, err := c.askCollections(ctx, asked)
		if err != nil {
			yield(transport.State{}, err)
			return
		}
		defer r.Body.Close()
		in := bufio.NewReader(r.Body)
		for range asked {
			one, err := c.readLacking(ctx, in)
			if err != nil {
				yield(transport.State{}, err)
				return
			}
			if one.Refused != nil {
				one.State, err = new(transport.State), one.Refused
			}
			if !yield(*one.State, err) {
				return
			}
		}
	}
}

func (c *Client) askCollections(ctx context.Context, asked []transport.Known) (*http.Response, error) {
	message, err := transport.Encode(transport.CollectionsRequest{Known: asked})
	if err != nil {
		return nil, err
	}
	r, err := c.send(ctx, http.MethodPost, "/v1/collections", body{message: message}, http.StatusOK)
	if err == nil && r.Header.Get("Content-Type") != sequenceType {
		r.Body.Close()
		err = notStation(r)
	}
	return r, err
}

// readLacking reads what comes next; where nothing does, the station has broken off.
func (c *Client) readLacking(ctx context.Context, in *bufio.Reader) (one transport.Lacking, err error) {
	major, n, err := wire.ReadHead(in)
	switch {
	case errors.Is(err, wire.ErrMalformed) || err == nil && major != wire.Bytes:
		return one, transport.At(transport.ErrMalformed, "collections")
	case err != nil:
		return one, unreachable(ctx, err)
	case n > uint64(c.max):
		return one, transport.At(transport.ErrTooLarge, "collection")
	}
	data := io.LimitReader(in, int64(n))
	one, err = receive[transport.Lacking](ctx, data, int64(n))
	return one, err
}

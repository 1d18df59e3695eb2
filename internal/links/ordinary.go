package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// relay is an ordinary server: what is posted goes to all who hold a GET open, in frames
// of a length and as many bytes. A POST with several goes on when all of it is there.
type relay struct {
	mu      sync.Mutex
	frames  [][]byte
	changed chan struct{} // closed with the next frame
}

// ServeHTTP implements http.Handler.
func (r *relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.Method == http.MethodGet {
		r.stream(q.Context(), w)
		return
	}
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // nobody hears it
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frames = append(r.frames, body)
	close(r.changed)
	r.changed = make(chan struct{})
	w.WriteHeader(http.StatusNoContent)
}

// stream sends what there is and what comes.
func (r *relay) stream(ctx context.Context, w http.ResponseWriter) {
	for sent := 0; ; {
		r.mu.Lock()
		frames, changed := r.frames[sent:], r.changed
		r.mu.Unlock()
		for _, f := range frames {
			w.Write(f)
		}
		sent += len(frames)
		http.NewResponseController(w).Flush()
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// frame puts its length in front of a body.
func frame(body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// token is as long as what an ordinary program shows to say who calls.
const token = "Bearer 0123456789abcdef0123456789abcdef0123456"

// call makes a request as an ordinary program does.
func (c *client) call(ctx context.Context, method string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.url+"/v1/albums/0123456789abcdef/photos", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", token)
	return c.http.Do(r)
}

// post posts what is in each body in turn.
func (c *client) post(ctx context.Context, bodies [][]byte) error {
	for _, b := range bodies {
		r, err := c.call(ctx, http.MethodPost, b)
		if err != nil {
			return err
		}
		if r.Body.Close(); r.StatusCode != http.StatusNoContent {
			return errors.New(r.Status)
		}
	}
	return nil
}

// onePost are bodies for one POST each, and archive the same for one POST in all.
func onePost(bodies [][]byte) (framed [][]byte) {
	for _, b := range bodies {
		framed = append(framed, frame(b))
	}
	return framed
}

func archive(bodies [][]byte) [][]byte { return [][]byte{slices.Concat(onePost(bodies)...)} }

// ordinary measures the relay: pack says what goes in one POST.
func ordinary(pack func([][]byte) [][]byte) func(context.Context, linkKind, *photos) (outcome, error) {
	return func(ctx context.Context, k linkKind, p *photos) (o outcome, err error) {
		s := newSite(k)
		defer func() { err = errors.Join(err, s.Close()) }()
		s.serve(&relay{changed: make(chan struct{})})
		sender, err := s.join()
		if err != nil {
			return o, err
		}
		streams, err := s.open(ctx)
		if err != nil {
			return o, err
		}
		begin, seen, sent, err := s.relay(ctx, sender, streams, pack(p.bodies()), len(p.items))
		if err != nil {
			return o, err
		}
		o.times[firstSeen], o.times[allSeen], o.times[cameraDone] = seconds(begin, seen.first), seconds(begin, seen.all), seconds(begin, sent)
		begin, seen, _, err = s.relay(ctx, sender, streams, pack(p.ids()), len(p.items))
		o.times[completed] = seconds(begin, seen.all)
		return o, err
	}
}

// relay posts bodies of n frames in all, and returns when that began, when the streams
// had them, and when the sender was done.
func (s *site) relay(ctx context.Context, sender *client, streams []io.Reader, bodies [][]byte, n int) (begin time.Time, seen moment, sent time.Time, err error) {
	if err = s.await(ctx, len(streams)); err != nil {
		return begin, seen, sent, err
	}
	begin = time.Now()
	last := watch(streams, func(r io.Reader) (moment, error) { return readFrames(r, n) })
	err = sender.post(ctx, bodies)
	sent = time.Now()
	if err == nil {
		seen, err = last()
	}
	return begin, seen, sent, err
}

// open has recipients join, each with a GET held open.
func (s *site) open(ctx context.Context) (streams []io.Reader, err error) {
	for range recipients {
		c, err := s.join()
		if err != nil {
			return nil, err
		}
		r, err := c.call(ctx, http.MethodGet, nil)
		if err != nil {
			return nil, err
		}
		streams = append(streams, r.Body) // closed by Close of the site, with its connection
	}
	return streams, nil
}

// readFrames reads n frames.
func readFrames(r io.Reader, n int) (m moment, err error) {
	for i := range n {
		var length uint32
		if err := binary.Read(r, binary.BigEndian, &length); err != nil {
			return m, err
		}
		if _, err := io.CopyN(io.Discard, r, int64(length)); err != nil {
			return m, err
		}
		if i == 0 {
			m.first = time.Now()
		}
	}
	m.all = time.Now()
	return m, nil
}

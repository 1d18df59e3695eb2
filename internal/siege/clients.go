package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// client is one that has one request under way after the other, until ctx ends.
type client func(ctx context.Context, s *siege, at *http.Client, i int)

// pause is how long a client rests between two requests.
const pause = time.Second

// large is of how many bytes a message is that is no longer than it may be.
const large = 31 << 20

// junk is a share that is as large, and is refused when all of it has been read.
var junk = sync.OnceValue(func() []byte {
	data, _ := transport.Encode(transport.Share{Collection: make([]byte, large)})
	return data
})

// held is how many requests one account tries to have under way, at least: more than it may.
const held = 160

// wellBehaved has a small request answered.
func wellBehaved(ctx context.Context, s *siege, at *http.Client, i int) {
	who := s.hub.Good[i%len(s.hub.Good)]
	_ = call(ctx, at, http.MethodPost, s.hub.URL+"/v1/share", who.Token, bytes.NewReader(who.Share))
}

// hostile sends, or asks for, what takes memory, time or a place.
func hostile(ctx context.Context, s *siege, at *http.Client, i int) {
	attack(ctx, s, at, s.hub.Hostile[i%len(s.hub.Hostile)], i/len(s.hub.Hostile))
}

// holds is hostile of one account.
func holds(ctx context.Context, s *siege, at *http.Client, i int) {
	if i < held {
		attack(ctx, s, at, s.hub.Hostile[0], i)
	}
}

func attack(ctx context.Context, s *siege, at *http.Client, who account, kind int) {
	url, method := s.hub.URL+"/v1/share", http.MethodPost
	var body io.Reader
	switch kind % 5 {
	case 0:
		body = &endless{ctx: ctx, left: large - 1}
	case 1:
		body = &endless{ctx: ctx, left: 1}
	case 2:
		url, method = s.hub.URL+"/v1/upload/"+who.User.String()+"/01000000000000000000000000000000", http.MethodPost
		body = &endless{ctx: ctx, left: 1 << 40}
	case 3:
		body = bytes.NewReader(junk())
	case 4:
		url = s.hub.URL + "/v1/feed"
		empty, _ := transport.Encode(transport.ChangesRequest{})
		body = bytes.NewReader(empty)
	}
	_ = call(ctx, at, method, url, who.Token, body)
}

// endless is a body of which so many bytes come at once, and then no more for as long as ctx
// lasts.
type endless struct {
	ctx  context.Context
	left int64
}

// Read implements io.Reader.
func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		<-e.ctx.Done()
		return 0, e.ctx.Err()
	}
	n := int(min(int64(len(p)), e.left))
	e.left -= int64(n)
	return n, nil
}

// call makes a request, and reads its answer, which must not be a refusal.
func call(ctx context.Context, at *http.Client, method, url, token string, body io.Reader) error {
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	if e, ok := body.(*endless); ok && e.left < 1<<40 {
		r.ContentLength = large
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := at.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, answer.Status)
	}
	_, readErr := io.Copy(io.Discard, answer.Body)
	return errors.Join(err, readErr)
}

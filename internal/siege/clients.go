package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// order is what clients are to do, and where.
type order struct {
	Site    site
	What    string // a name in clients
	Clients int    // at once
}

// client has one request under way.
type client func(ctx context.Context, at *http.Client, s site, i int)

// clients are those that there are, by name.
var clients = map[string]client{wellBehaved: behave, hostile: attackAll, holds: attackAsOne}

// These are the names of clients.
const (
	wellBehaved = "well-behaved" // small requests
	hostile     = "hostile"      // of many accounts, what takes memory, time or a place
	holds       = "holds"        // the same of one account
)

// runClients has clients do, one request after the other, what the line says that in begins with,
// until in ends. They are a program of their own, below the hub and those who measure, because
// in the world they are on other machines: what they take of this one is not to be seen.
func runClients(ctx context.Context, in io.Reader) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	var all sync.WaitGroup
	at := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.Clients}}
	for i := range o.Clients {
		all.Go(func() {
			rest(ctx, pause*time.Duration(i)/time.Duration(o.Clients)) // not all at once
			for ctx.Err() == nil {
				clients[o.What](ctx, at, o.Site, i)
				rest(ctx, pause)
			}
		})
	}
	_, err = io.Copy(io.Discard, lines)
	end()
	all.Wait()
	return err
}

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

func behave(ctx context.Context, at *http.Client, s site, i int) {
	who := s.Good[i%len(s.Good)]
	_ = call(ctx, at, http.MethodPost, s.URL+"/v1/share", who.Token, bytes.NewReader(who.Share))
}

func attackAll(ctx context.Context, at *http.Client, s site, i int) {
	attack(ctx, at, s.URL, s.Hostile[i%len(s.Hostile)], i/len(s.Hostile))
}

func attackAsOne(ctx context.Context, at *http.Client, s site, i int) {
	if i < held {
		attack(ctx, at, s.URL, s.Hostile[0], i)
	}
}

func attack(ctx context.Context, at *http.Client, hub string, who account, kind int) {
	url, method := hub+"/v1/share", http.MethodPost
	var body io.Reader
	switch kind % 5 {
	case 0:
		body = &endless{ctx: ctx, left: large - 1}
	case 1:
		body = &endless{ctx: ctx, left: 1}
	case 2:
		url, method = hub+"/v1/upload/"+who.User.String()+"/01000000000000000000000000000000", http.MethodPost
		body = &endless{ctx: ctx, left: 1 << 40}
	case 3:
		body = bytes.NewReader(junk())
	case 4:
		url = hub + "/v1/feed"
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

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// admin is what the operator of a hub can do, over a socket in its folder.
type admin struct {
	*station
	url     string // by which stations reach the hub; empty = it does not run
	pinned  bool   // the hub's own key is shown there
	metrics *metrics

	mu   sync.Mutex
	open map[string]*invited // by the secret of the invitation
}

func socketIn(dir string) string { return filepath.Join(dir, "admin.sock") }

// listen serves the operator's words until stop is called. Who may enter the folder may
// use the socket: both are their owner's alone.
func (a *admin) listen(dir string) (stop func(), err error) {
	name := socketIn(dir)
	if err := os.RemoveAll(name); err != nil { // of a process that was killed: the folder is ours
		return nil, err
	}
	l, err := net.Listen("unix", name)
	if err != nil {
		return nil, program.Plain(fmt.Errorf("the admin socket cannot be made; choose a folder with a shorter name, on a local disk (%w)", err))
	}
	server := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(l) // ends with stop
	return func() { server.Close() }, os.Chmod(name, 0o600)
}

func (a *admin) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /user/list", word(a.users))
	mux.HandleFunc("POST /invite", word(a.invite))
	mux.HandleFunc("POST /invite/wait", word(a.wait))
	mux.HandleFunc("POST /invite/decide", word(a.decide))
	mux.HandleFunc("POST /station/revoke", word(a.revoke))
	mux.HandleFunc("POST /backup", word(a.backup))
	mux.Handle("GET /metrics", a.metrics)
	return mux
}

// word makes a handler of a function of JSON values. An error is the text of the answer.
func word[Q, A any](do func(context.Context, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked Q
		err := json.NewDecoder(r.Body).Decode(&asked)
		var answer A
		if err == nil {
			answer, err = do(r.Context(), asked)
		}
		if err != nil {
			http.Error(w, program.Trouble(err), http.StatusUnprocessableEntity)
			return
		}
		json.NewEncoder(w).Encode(answer)
	}
}

// call has the hub in a folder do a word: the one that runs, or one that is opened for it.
func call[Q, A any](ctx context.Context, dir, word string, asked Q) (answer A, err error) {
	body, err := json.Marshal(asked)
	if err != nil {
		return answer, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://hub/"+word, bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	response, err := overSocket(dir).Do(r)
	if err != nil && ctx.Err() == nil {
		response, err = alone(ctx, dir, r, body)
	}
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, err := io.ReadAll(response.Body)
		return answer, errors.Join(err, program.Plain(errors.New(string(bytes.TrimSpace(text)))))
	}
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}

// overSocket reaches the hub that runs on a folder.
func overSocket(dir string) *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socketIn(dir))
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

// alone opens the hub for one word. A hub is not made for it.
func alone(ctx context.Context, dir string, r *http.Request, body []byte) (_ *http.Response, err error) {
	if made, err := program.Exists(storeIn(dir)); err != nil || !made {
		return nil, errors.Join(err, program.Plain(fmt.Errorf("there is no hub in %s; start one there first", dir)))
	}
	s, err := open(ctx, dir, hub.Config{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	a := &admin{station: s, metrics: newMetrics()}
	w := httptest.NewRecorder()
	r.Body = io.NopCloser(bytes.NewReader(body))
	a.handler().ServeHTTP(w, r)
	return w.Result(), nil
}

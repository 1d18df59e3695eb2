package program

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
	"time"
)

// A service that runs on a folder is spoken to over a socket in it: a word is a request
// with a JSON value, and so is its answer. Who may enter the folder may use the socket.

func socketIn(dir string) string { return filepath.Join(dir, "admin.sock") }

// Listen serves words on the socket of a folder, which this process has locked, until stop
// is called.
func Listen(dir string, words http.Handler) (stop func(), err error) {
	name := socketIn(dir)
	if err := os.RemoveAll(name); err != nil { // of a process that was killed
		return nil, err
	}
	var l net.Listener
	private(func() { l, err = net.Listen("unix", name) }) // from the start: whoever connects is served later
	if err != nil {
		return nil, Plain(fmt.Errorf("the socket cannot be made; choose a folder with a shorter name, on a local disk (%w)", err))
	}
	server := &http.Server{Handler: words, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(l) // ends with stop
	return func() { server.Close() }, nil
}

// Word makes a handler of a function of JSON values. An error is the text of the answer.
func Word[Q, A any](do func(context.Context, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked Q
		err := json.NewDecoder(r.Body).Decode(&asked)
		var answer A
		if err == nil {
			answer, err = do(r.Context(), asked)
		}
		if err != nil {
			http.Error(w, Trouble(err), http.StatusUnprocessableEntity)
			return
		}
		json.NewEncoder(w).Encode(answer)
	}
}

// Words are what a program can do alone with a folder on which no service runs, until they
// are closed.
type Words interface {
	http.Handler
	Close() error
}

// Call has the service on a folder do a word, once: the one that runs or, if none takes the
// request, the one that alone opens. Where one has taken it and does not answer, nobody knows
// whether it was done, and it is not done again.
func Call[Q, A any](ctx context.Context, dir, word string, asked Q, alone func(context.Context, string) (Words, error)) (answer A, err error) {
	body, err := json.Marshal(asked)
	if err != nil {
		return answer, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://socket/"+word, bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	response, err := overSocket(dir).Do(r)
	dial, _ := errors.AsType[*net.OpError](err)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return answer, ctx.Err()
	case dial == nil || dial.Op != "dial":
		return answer, broken(err)
	default:
		r.Body = io.NopCloser(bytes.NewReader(body))
		if response, err = within(r, dir, alone); err != nil {
			return answer, err
		}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, err := io.ReadAll(response.Body)
		return answer, errors.Join(err, Plain(errors.New(string(bytes.TrimSpace(text)))))
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return answer, broken(err)
	}
	return answer, nil
}

// broken is the error where a service has taken a request, and no answer came.
func broken(err error) error {
	return Plain(fmt.Errorf("it was stopped before it answered, and may have done that: start it again, and look before you repeat it (%w)", err))
}

// overSocket reaches the service that runs on a folder.
func overSocket(dir string) *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socketIn(dir))
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

func within(r *http.Request, dir string, alone func(context.Context, string) (Words, error)) (_ *http.Response, err error) {
	words, err := alone(r.Context(), dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, words.Close()) }()
	w := httptest.NewRecorder()
	words.ServeHTTP(w, r)
	return w.Result(), nil
}

package httplink

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// errStalled is the cause that ends a request whose answer does not keep pace.
var errStalled = fmt.Errorf("%w: the answer stalls: %w", transport.ErrUnreachable, os.ErrDeadlineExceeded)

// answerBody is the body of an answer that keeps pace, as Options.MaxStall says.
type answerBody struct {
	io.ReadCloser
	ctx  context.Context // of the request
	end  context.CancelCauseFunc
	pace *pace
}

func newAnswerBody(ctx context.Context, maxStall time.Duration) *answerBody {
	ctx, end := context.WithCancelCause(ctx)
	late := time.AfterFunc(math.MaxInt64, func() { end(errStalled) })
	late.Stop()
	return &answerBody{ctx: ctx, end: end, pace: newPace(maxStall, func(deadline time.Time) error {
		if late.Stop(); !deadline.IsZero() {
			late.Reset(time.Until(deadline))
		}
		return nil
	})}
}

// keepPace makes a request whose answer keeps pace; that to a GET, which waits for nothing,
// from its beginning.
func (c *Client) keepPace(ctx context.Context, method, path string, b body) (r *http.Response, err error) {
	if b.waits {
		return c.do(ctx, method, path, b)
	}
	a := newAnswerBody(ctx, c.maxStall)
	head := func() (int, error) {
		r, err = c.do(a.ctx, method, path, b)
		return 0, a.cause(err)
	}
	if method == http.MethodGet {
		_, err = a.pace.do(head)
	} else {
		_, err = head()
	}
	if err != nil {
		a.end(nil)
		return nil, err
	}
	a.ReadCloser, r.Body = r.Body, a
	return r, nil
}

// cause returns what has ended the request, where that was not the caller.
func (a *answerBody) cause(err error) error {
	if cause := context.Cause(a.ctx); err != nil && cause == errStalled {
		return cause
	}
	return err
}

// Read implements io.Reader.
func (a *answerBody) Read(p []byte) (int, error) {
	return a.pace.do(func() (int, error) {
		n, err := a.ReadCloser.Read(p)
		return n, a.cause(err)
	})
}

// Close implements io.Closer.
func (a *answerBody) Close() error {
	defer a.end(nil)
	return a.ReadCloser.Close()
}

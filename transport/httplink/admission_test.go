package httplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// admission notes the calls that it is asked for, and refuses them if it has an error.
type admission struct {
	err   error
	calls []transport.Call
	left  int
}

func (a *admission) Admit(_ context.Context, call transport.Call) (func(), error) {
	a.calls = append(a.calls, call)
	return func() { a.left++ }, a.err
}

// unreadable fails a test if it is read.
type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("a body is read")
	return 0, io.EOF
}

const somePath = "/02000000000000000000000000000000/03000000000000000000000000000000"

// TestAdmissionBeforeBodies: each route asks first, says what for and of how much, and reads
// nothing where it is refused; what was refused and how much was used reaches the caller.
func TestAdmissionBeforeBodies(t *testing.T) {
	over := &transport.QuotaError{What: "requests", Limit: 3, Used: 2}
	item := "/04000000000000000000000000000000"
	for request, want := range map[string]transport.Call{
		"POST /v1/share":                             {Action: transport.Send, Message: 1000},
		"POST /v1/push?share=400":                    {Action: transport.Bring, Message: 400, Stream: 600},
		"POST /v1/upload" + somePath:                 {Action: transport.Bring, Stream: 1000},
		"PATCH /v1/uploads" + somePath + item + "/0": {Action: transport.Bring, Stream: 1000},
		"POST /v1/announce":                          {Action: transport.Announce, Message: 1000},
		"POST /v1/feed":                              {Action: transport.Wait, Message: 1000},
		"GET /v1/feed":                               {Action: transport.Wait},
		"POST /v1/versions" + somePath + "/0":        {Action: transport.Wait, Message: 1000},
		"GET /v1/collections" + somePath:             {Action: transport.Read},
		"GET /v1/originals" + somePath + item:        {Action: transport.Read},
		"POST /v1/collections":                       {Action: transport.Read, Message: 1000},
		"POST /v1/deliveries":                        {Action: transport.Send, Message: 1000},
		"GET /v1/links/token":                        {Action: transport.Read, Link: "token"},
	} {
		a := &admission{err: over}
		h := new(stub).handler(HandlerOptions{Who: anybody{}, Admission: a})
		method, path, _ := strings.Cut(request, " ")
		r := httptest.NewRequest(method, path, unreadable{t})
		r.ContentLength = want.Message + want.Stream
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if len(a.calls) != 1 || a.calls[0] != want || a.left != 0 || w.Code != http.StatusTooManyRequests {
			t.Errorf("%s: %+v, %d left, status %d", request, a.calls, a.left, w.Code)
		}
		f, err := transport.Decode[transport.Fault](w.Body.Bytes())
		must(t, err)
		if got, ok := errors.AsType[*transport.QuotaError](&f); !ok || *got != *over || f.Error() != over.Error() {
			t.Errorf("%s: %v", request, &f)
		}
	}
}

// TestAdmissionEnds: whoever is admitted leaves once, however the answer ends; a message that
// is not said to be short may be as long as any.
func TestAdmissionEnds(t *testing.T) {
	for size, want := range map[int64]int64{-1: 5000, 10: 10, 6000: 5000} {
		a := new(admission)
		h := new(stub).handler(HandlerOptions{Who: anybody{}, Admission: a, MaxMessage: 5000})
		for i, path := range []string{"/v1/ids", "/v1/verify"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(fmt.Sprint("no message", i)))
			r.ContentLength = size
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
		if a.left != 2 || len(a.calls) != 2 || a.calls[0].Message != want {
			t.Errorf("%d announced: %+v, %d left", size, a.calls, a.left)
		}
	}
}

// TestRefusedLargeMessage: who sends a large message learns that it is not admitted.
func TestRefusedLargeMessage(t *testing.T) {
	a := &admission{err: &transport.QuotaError{What: "messages", Limit: 1}}
	s := httptest.NewServer(new(stub).handler(HandlerOptions{Who: anybody{}, Admission: a}))
	defer s.Close()
	_, err := NewClient(s.URL, Bearer("x"), Options{}).Share(t.Context(), transport.Share{Collection: make([]byte, 8<<20)})
	if !errors.Is(err, transport.ErrQuota) {
		t.Error(err)
	}
}

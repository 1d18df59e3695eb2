package httplink

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// refusing is a station that refuses to return a collection.
type refusing struct {
	stub
	err error
}

func (r *refusing) Collection(context.Context, collection.Name) (transport.State, error) {
	return transport.State{}, r.err
}

// refused returns the answer of a station that refuses, to who accepts something.
func refused(t *testing.T, err error, accept string) (status int, typ string, data []byte) {
	t.Helper()
	s := &refusing{err: err}
	q, bad := http.NewRequest("GET", "/v1/collections"+name, http.NoBody)
	must(t, bad)
	if accept != "" {
		q.Header.Set("Accept", accept)
	}
	w := recorded(HubHandler(stubHub{s, s}, HandlerOptions{Who: anybody{}}), q)
	return w.Code, w.Header().Get("Content-Type"), w.Body.Bytes()
}

// TestProblems: who is no station hears of each error by its name, as the fault tells others,
// and with the same status.
func TestProblems(t *testing.T) {
	for code := uint(1); ; code++ {
		f := &transport.Fault{Code: code, About: "place"}
		if errors.Unwrap(f) == transport.Err {
			if int(code) != len(refusals)+1 {
				t.Errorf("%d errors have a name, of %d", len(refusals), code-1)
			}
			break
		}
		status, typ, data := refused(t, f, "*/*")
		var p problem
		if err := json.Unmarshal(data, &p); err != nil || typ != problemType {
			t.Fatalf("%v: %s, %q, %v", f, typ, data, err)
		}
		same := &transport.Fault{Code: p.Code, About: p.Detail}
		if !errors.Is(same, errors.Unwrap(f)) && code != 17 || p.Status != status || p.Type != errorsAt+p.Name || p.Title == "" || p.Detail != "place" {
			t.Errorf("%v: %d %+v", f, status, p)
		}
		if again, typ, data := refused(t, f, ""); again != status || typ != contentType || len(data) > 40 {
			t.Errorf("%v: %d %s %x to a station", f, again, typ, data)
		}
	}
	if status, _, data := refused(t, errors.New("disk failure at /secret"), "text/html"); status != 500 || string(data) != `{
  "type": "`+errorsAt+`Err",
  "title": "transport",
  "status": 500,
  "name": "Err",
  "code": 0
}
` {
		t.Errorf("%d %s", status, data)
	}
}

// TestProblemOfQuota has what the error has.
func TestProblemOfQuota(t *testing.T) {
	_, _, data := refused(t, &transport.QuotaError{What: "letters", Limit: 20, Used: 19}, "application/json")
	var p problem
	must(t, json.Unmarshal(data, &p))
	if p.Name != "ErrQuota" || p.Detail != "letters" || p.Limit != 20 || p.Used != 19 {
		t.Errorf("%+v", p)
	}
}

// TestAccept: everybody is answered in the form that it asks for, and stations, which ask for
// none, in theirs.
func TestAccept(t *testing.T) {
	for accept, want := range map[string]struct{ read, refusal string }{
		"":                                   {contentType, contentType},
		"*/*":                                {contentType, problemType},
		"text/html, */*;q=0.8":               {contentType, problemType},
		"application/json":                   {jsonType, problemType},
		"Application/JSON; charset=utf-8":    {jsonType, problemType},
		"application/json, */*":              {jsonType, problemType},
		"application/json;q=0.5, */*":        {contentType, problemType},
		"application/json;q=0":               {contentType, problemType},
		"application/json;q=x":               {contentType, problemType},
		"application/cbor":                   {contentType, contentType},
		"application/json, application/cbor": {contentType, contentType},
		"application/cbor;q=0.1, application/json": {jsonType, contentType},
		"application/cbor;q=0, application/json":   {jsonType, problemType},
		"application/*":                            {contentType, problemType},
		"application/problem+json":                 {contentType, problemType},
	} {
		q, err := http.NewRequest("GET", "/v1/settings", http.NoBody)
		must(t, err)
		if accept != "" {
			q.Header.Set("Accept", accept)
		}
		w := recorded(new(stub).handler(HandlerOptions{Who: anybody{}}), q)
		_, refusal, _ := refused(t, transport.ErrNotFound, accept)
		vary := strings.Join(w.Header().Values("Vary"), ", ")
		if got := w.Header().Get("Content-Type"); got != want.read || refusal != want.refusal || vary != "Origin, Accept" {
			t.Errorf("%q: %s, refused by %s; want %v", accept, got, refusal, want)
		}
	}
}

package httplink

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// piecemeal is a hub whose stream comes in pieces, and notes how it is asked.
type piecemeal struct {
	stub
	stream  io.ReadCloser
	version int
	held    transport.Bits
}

func (p *piecemeal) Versions(_ context.Context, _ collection.Name, version int, held transport.Bits) (io.ReadCloser, error) {
	p.version, p.held = version, held
	return p.stream, nil
}

// TestVersionsComeAtOnce: what has come goes on before anything else does, and the caller
// knows before all that it is admitted.
func TestVersionsComeAtOnce(t *testing.T) {
	stream, to := io.Pipe()
	p := &piecemeal{stream: stream}
	c := clientOf(t, HubHandler(stubHub{p, p}, HandlerOptions{Who: anybody{}}))
	got, err := c.Versions(t.Context(), collection.Name{}, 3, append(transport.BitsOf(1, 9), 0))
	must(t, err)
	if p.version != 3 || p.held.Len() != 2 || !p.held.Has(9) {
		t.Errorf("asked for version %d but those of %v", p.version, p.held)
	}
	for _, piece := range []string{"the first", "the second"} {
		_, err := to.Write([]byte(piece))
		must(t, err)
		data := make([]byte, len(piece))
		if _, err := io.ReadFull(got, data); string(data) != piece || err != nil {
			t.Errorf("%q came, %v", data, err)
		}
	}
	must(t, to.Close())
	if n, err := got.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the end: %d, %v", n, err)
	}
	must(t, got.Close())
}

func (p *piecemeal) Changes(context.Context, transport.ChangesRequest) (transport.Changes, error) {
	return transport.Changes{Entries: []transport.Entry{{Number: 7}}, Versions: p.stream}, nil
}

// TestNewsBeforeItsVersions: news is there before the first version that follows it.
func TestNewsBeforeItsVersions(t *testing.T) {
	stream, to := io.Pipe()
	p := &piecemeal{stream: stream}
	c := clientOf(t, HubHandler(stubHub{p, p}, HandlerOptions{Who: anybody{}}))
	news, err := c.Changes(t.Context(), transport.ChangesRequest{Versions: true})
	must(t, err)
	if len(news.Entries) != 1 || news.Entries[0].Number != 7 || news.Versions == nil {
		t.Fatalf("heard %+v", news)
	}
	go func() {
		to.Write(digits)
		to.Close()
	}()
	if data, err := io.ReadAll(news.Versions); !bytes.Equal(data, digits) || err != nil {
		t.Errorf("%q came, %v", data, err)
	}
	must(t, news.Versions.Close())
}

// TestNewsThatIsNone: what says that a stream follows is refused if there is no whole message
// before it.
func TestNewsThatIsNone(t *testing.T) {
	for size, want := range map[string]error{
		"": transport.ErrUnreachable, "-1": transport.ErrUnreachable, "two": transport.ErrUnreachable,
		"0": transport.ErrMalformed, "2": transport.ErrMalformed, "3": transport.ErrMalformed, "11": transport.ErrTooLarge,
	} {
		c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", sequenceType)
			w.Header().Set(sizeHeader, size)
			w.Write(append([]byte{0xa0}, make([]byte, 20)...))
		}))
		c.max = 10
		if news, err := c.Changes(t.Context(), transport.ChangesRequest{}); !errors.Is(err, want) || news.Versions != nil {
			t.Errorf("%q: %+v, %v", size, news, err)
		}
	}
}

// TestVersionsClosedHalfWay: who wants no more ends the stream at the station, too.
func TestVersionsClosedHalfWay(t *testing.T) {
	stream, to := io.Pipe()
	p := &piecemeal{stream: stream}
	c := clientOf(t, HubHandler(stubHub{p, p}, HandlerOptions{Who: anybody{}}))
	got, err := c.Versions(t.Context(), collection.Name{}, 0, nil)
	must(t, err)
	must(t, got.Close())
	for err = nil; err == nil; {
		_, err = to.Write(make([]byte, 1<<10))
	}
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

// TestNoSequence: what is not said to be a stream of versions is none.
func TestNoSequence(t *testing.T) {
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
	}))
	if _, err := c.Versions(t.Context(), collection.Name{}, 0, nil); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
}

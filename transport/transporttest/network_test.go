package transporttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// echo is a hub that notes what reaches it.
type echo struct {
	transport.Hub
	got []string
	err error
}

func (e *echo) Announce(_ context.Context, a transport.Announcement) (transport.Answer, error) {
	e.got = append(e.got, a.URL)
	return transport.Answer{Next: transport.Done}, e.err
}

func (e *echo) Acknowledge(_ context.Context, r transport.Receipts) error {
	e.got = append(e.got, fmt.Sprint(len(r.Read), " receipts"))
	return e.err
}

func (e *echo) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	data, err := io.ReadAll(stream)
	e.got = append(e.got, fmt.Sprint(len(data), " bytes ", err))
	return transport.Answer{Next: transport.Done}, err
}

func (e *echo) Version(_ context.Context, _ transport.Ref, offset int64) (*transport.Stream, error) {
	return &transport.Stream{ReadCloser: io.NopCloser(strings.NewReader("a thumbnail"[offset:])), Size: 11}, e.err
}

func announce(h transport.Hub, address string) error {
	_, err := h.Announce(context.Background(), transport.Announcement{URL: address})
	return err
}

func toEcho(n *transporttest.Network, e *echo) transport.Hub {
	return n.Hub("peer", "hub", func() transport.Hub { return e })
}

func TestNetworkFaults(t *testing.T) {
	for what, c := range map[string]struct {
		faults  transporttest.Faults
		arrives int
		lost    bool
	}{
		"none":         {transporttest.Faults{}, 1, false},
		"request lost": {transporttest.Faults{LoseRequest: 1}, 0, true},
		"answer lost":  {transporttest.Faults{LoseAnswer: 1}, 1, true},
		"repeated":     {transporttest.Faults{Repeat: 1}, 2, false},
	} {
		var e echo
		err := announce(toEcho(transporttest.NewNetwork(1, c.faults), &e), "a")
		if len(e.got) != c.arrives || errors.Is(err, transport.ErrUnreachable) != c.lost {
			t.Errorf("%s: %d arrived, %v", what, len(e.got), err)
		}
	}
}

// TestNetworkLate: a request arrives once more, after a newer one.
func TestNetworkLate(t *testing.T) {
	var e echo
	h := toEcho(transporttest.NewNetwork(1, transporttest.Faults{Late: 0.5}), &e)
	for i := range 200 {
		if err := announce(h, fmt.Sprintf("%03d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.got) < 210 || slices.IsSorted(e.got) {
		t.Errorf("%d arrived, in order: %v", len(e.got), slices.IsSorted(e.got))
	}
}

func TestNetworkBreaks(t *testing.T) {
	var e echo
	h := toEcho(transporttest.NewNetwork(3, transporttest.Faults{Break: 1}), &e)
	_, err := h.Upload(t.Context(), collection.Name{}, bytes.NewReader(make([]byte, 1000)))
	if !errors.Is(err, transport.ErrUnreachable) || len(e.got) != 1 || !strings.HasSuffix(e.got[0], "unexpected EOF") || strings.HasPrefix(e.got[0], "1000") {
		t.Errorf("upload: %v, %v", e.got, err)
	}
	s, err := h.Version(t.Context(), transport.Ref{}, 2)
	if err != nil || s.Size != 11 {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(s); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix("thumbnail", string(data)) {
		t.Errorf("version: %q, %v", data, err)
	}
}

func TestNetworkCutAndStop(t *testing.T) {
	n := transporttest.NewNetwork(1, transporttest.Faults{})
	var e echo
	h := toEcho(n, &e)
	n.Cut("hub", "peer")
	if err := announce(h, "cut"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
	n.Heal()
	n.Stop("hub")
	if err := announce(h, "down"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
	n.Start("hub")
	if err := announce(h, "up"); err != nil {
		t.Error(err)
	}
	n.Stop("peer")
	n.Start("peer")
	if err := announce(h, "by a process that is dead"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
	if err := announce(toEcho(n, &e), "by a new one"); err != nil || !slices.Equal(e.got, []string{"up", "by a new one"}) {
		t.Error(e.got, err)
	}
}

// TestNetworkStopUnderWay: the answer of a station that stops is lost.
func TestNetworkStopUnderWay(t *testing.T) {
	n := transporttest.NewNetwork(1, transporttest.Faults{Delay: time.Hour})
	waits := 0
	n.Wait = func(d time.Duration) {
		if waits++; d > time.Hour {
			t.Error(d)
		}
		if waits == 2 {
			n.Stop("hub")
			n.Start("hub")
		}
	}
	var e echo
	if err := announce(toEcho(n, &e), "a"); !errors.Is(err, transport.ErrUnreachable) || len(e.got) != 1 {
		t.Errorf("%v, %v", e.got, err)
	}
}

// TestNetworkErrors: an error crosses as its fault, and nothing else of it.
func TestNetworkErrors(t *testing.T) {
	e := echo{err: transport.At(fmt.Errorf("%w: /secret/path", transport.ErrStorage), "a record")}
	h := toEcho(transporttest.NewNetwork(1, transporttest.Faults{}), &e)
	for _, err := range []error{announce(h, "a"), h.Acknowledge(t.Context(), transport.Receipts{})} {
		if !errors.Is(err, transport.ErrStorage) || strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
	if _, err := h.Version(t.Context(), transport.Ref{}, 0); !errors.Is(err, transport.ErrStorage) {
		t.Error(err)
	}
}

// TestNetworkSeed: the same seed fails in the same way, another one does not.
func TestNetworkSeed(t *testing.T) {
	fates := func(seed uint64) (s string) {
		n := transporttest.NewNetwork(seed, transporttest.Faults{LoseRequest: 0.5, LoseAnswer: 0.2, Repeat: 0.3, Late: 0.3})
		var e echo
		h := toEcho(n, &e)
		for i := range 50 {
			s += fmt.Sprint(announce(h, fmt.Sprint(i)), " ")
		}
		return s + fmt.Sprint(e.got)
	}
	first, again := fates(1), fates(1)
	if first != again || first == fates(2) {
		t.Error("the seed does not decide")
	}
}

func ExampleNetwork() {
	n := transporttest.NewNetwork(7, transporttest.Faults{LoseRequest: 0.5})
	n.Observe = func(m transporttest.Message) func(error) {
		return func(err error) { fmt.Println(m, "lost:", errors.Is(err, transport.ErrUnreachable)) }
	}
	h := n.Hub("bob", "hub", func() transport.Hub { return new(echo) })
	for range 3 {
		h.Acknowledge(context.Background(), transport.Receipts{})
	}
	// Output:
	// bob → hub acknowledge lost: false
	// bob → hub acknowledge lost: true
	// bob → hub acknowledge lost: false
}

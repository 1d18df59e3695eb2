package lab_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// echo is a hub that notes what reaches it.
type echo struct {
	transport.Hub
	transport.LinkAccess
	got []string
	err error
}

func (e *echo) As(collection.UserID) transport.Hub { return e }

func (e *echo) UserOf(context.Context, string) (collection.UserID, error) {
	return collection.UserID{1}, nil
}

func (e *echo) Running() context.Context { return context.Background() }

func (e *echo) Announce(_ context.Context, a transport.Announcement) (transport.Answer, error) {
	e.got = append(e.got, a.URL)
	return transport.Answer{Next: transport.Done}, e.err
}

func (e *echo) Changes(_ context.Context, r transport.ChangesRequest) (transport.Changes, error) {
	e.got = append(e.got, fmt.Sprint("after ", r.After.Number))
	return transport.Changes{}, e.err
}

func (e *echo) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	data, err := io.ReadAll(stream)
	e.got = append(e.got, fmt.Sprint(len(data), " bytes ", err))
	return transport.Answer{Next: transport.Done}, err
}

func (e *echo) Version(_ context.Context, _ transport.Ref, offset int64) (*transport.Stream, error) {
	return &transport.Stream{ReadCloser: io.NopCloser(strings.NewReader("a thumbnail"[offset:])), Size: 11}, e.err
}

func changes(in transport.Feed) error {
	_, err := in.Changes(context.Background(), transport.ChangesRequest{})
	return err
}

// toEcho begins a process of a peer with a way to the hub.
func toEcho(n *lab.Network, e *echo) transport.Hub {
	n.Serve("hub", collection.KeyID{}, httplink.HubHandler(e, httplink.HandlerOptions{}))
	return from(n, n.Start("peer"))
}

func from(n *lab.Network, t http.RoundTripper) transport.Hub {
	return httplink.NewClient(n.URL("hub"), httplink.Bearer("token"), httplink.Options{HTTP: &http.Client{Transport: t}})
}

func announce(h transport.Hub, address string) error {
	_, err := h.Announce(context.Background(), transport.Announcement{URL: address})
	return err
}

func TestNetworkFaults(t *testing.T) {
	for what, c := range map[string]struct {
		faults  lab.Faults
		arrives int
		lost    bool
	}{
		"none":         {lab.Faults{}, 1, false},
		"request lost": {lab.Faults{LoseRequest: 1}, 0, true},
		"answer lost":  {lab.Faults{LoseAnswer: 1}, 1, true},
		"repeated":     {lab.Faults{Repeat: 1}, 2, false},
	} {
		var e echo
		err := announce(toEcho(lab.NewNetwork(1, c.faults), &e), "a")
		if len(e.got) != c.arrives || errors.Is(err, transport.ErrUnreachable) != c.lost {
			t.Errorf("%s: %d arrived, %v", what, len(e.got), err)
		}
	}
}

// TestNetworkLate: a request arrives once more, after a newer one.
func TestNetworkLate(t *testing.T) {
	var e echo
	h := toEcho(lab.NewNetwork(1, lab.Faults{Late: 0.5}), &e)
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
	h := toEcho(lab.NewNetwork(3, lab.Faults{Break: 1}), &e)
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
	n := lab.NewNetwork(1, lab.Faults{})
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
	again := n.Start("peer")
	if err := announce(h, "by a process that is dead"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
	if err := announce(from(n, again), "by a new one"); err != nil || !slices.Equal(e.got, []string{"up", "by a new one"}) {
		t.Error(e.got, err)
	}
}

// TestNetworkStopUnderWay: the answer of a station that stops is lost.
func TestNetworkStopUnderWay(t *testing.T) {
	n := lab.NewNetwork(1, lab.Faults{Delay: time.Hour})
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
	h := toEcho(lab.NewNetwork(1, lab.Faults{}), &e)
	for _, err := range []error{announce(h, "a"), changes(h)} {
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
		n := lab.NewNetwork(seed, lab.Faults{LoseRequest: 0.5, LoseAnswer: 0.2, Repeat: 0.3, Late: 0.3})
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

// TestNetworkReplay: what a network repeats, a peer takes once.
func TestNetworkReplay(t *testing.T) {
	n := lab.NewNetwork(1, lab.Faults{})
	w := lab.NewWorld(1, n)
	ann, bob := w.NewStation("ann", collection.UserID{1}), w.NewStation("bob", collection.UserID{2})
	cfg := ann.PeerConfig()
	cfg.Wait = time.Millisecond
	if err := errors.Join(cfg.Keys.Trust(bob.User, bob.Signer.Public()), ann.StartPeer(t.Context(), cfg)); err != nil {
		t.Fatal(err)
	}
	bob.DeviceConfig()
	for faults, refused := range map[lab.Faults]bool{{}: false, {Repeat: 1}: true} {
		n.SetFaults(faults)
		err := changes(bob.To(ann))
		if errors.Is(err, transport.ErrUnauthenticated) != refused || err != nil && !refused {
			t.Errorf("%+v: %v", faults, err)
		}
	}
}

func ExampleNetwork() {
	n := lab.NewNetwork(7, lab.Faults{LoseRequest: 0.5})
	h := toEcho(n, new(echo))
	for range 3 {
		err := changes(h)
		fmt.Println("lost:", errors.Is(err, transport.ErrUnreachable))
	}
	// Output:
	// lost: false
	// lost: true
	// lost: false
}

// TestNetworkShare: of several behind one address each takes some requests, and those that
// are up take all of them.
func TestNetworkShare(t *testing.T) {
	n := lab.NewNetwork(1, lab.Faults{})
	one, two := new(echo), new(echo)
	h := toEcho(n, one)
	n.Serve("hub-2", collection.KeyID{}, httplink.HubHandler(two, httplink.HandlerOptions{}))
	n.Share("hub", "hub", "hub-2")
	both := func() {
		for range 20 {
			if err := announce(h, "a"); err != nil {
				t.Error(err)
			}
		}
	}
	both()
	before := len(one.got)
	if before == 0 || len(two.got) == 0 {
		t.Errorf("one took %d, the other %d", before, len(two.got))
	}
	n.Stop("hub")
	if both(); len(one.got) != before || before+len(two.got) != 40 {
		t.Errorf("one took %d, then %d, the other %d", before, len(one.got), len(two.got))
	}
}

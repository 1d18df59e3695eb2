package device_test

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// asking is a hub that answers all shares and uploads with the same, and notes the greatest
// version that it has got.
type asking struct {
	transport.Hub
	answer  transport.Answer
	calls   int
	version int
}

func (a *asking) Share(context.Context, transport.Share) (transport.Answer, error) {
	return a.answered(), nil
}

// answered is an answer of its own, which its receiver may change.
func (a *asking) answered() transport.Answer {
	a.calls++
	answer := a.answer
	answer.Missing = slices.Clone(answer.Missing)
	return answer
}

func (a *asking) Push(_ context.Context, _ transport.Share, stream io.Reader) (transport.Answer, error) {
	return a.take(stream)
}

func (a *asking) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	return a.take(stream)
}

func (a *asking) take(stream io.Reader) (transport.Answer, error) {
	in := transport.NewUploadReader(stream)
	f, err := in.Next()
	for ; err == nil; f, err = in.Next() {
		a.version = max(a.version, f.Version)
	}
	if !errors.Is(err, io.EOF) {
		return transport.Answer{}, err
	}
	return a.answered(), nil
}

// TestHostileAnswers: whatever a hub asks for, neither a camera nor a home sends it an
// original, nor asks or sends without end.
func TestHostileAnswers(t *testing.T) {
	all, upload := transport.AllBits(3), transport.Upload
	for what, answer := range map[string]transport.Answer{
		"all versions":       {Next: upload, Missing: []transport.Bits{all, all, all}},
		"originals":          {Next: upload, Missing: []transport.Bits{nil, nil, all}},
		"items that are not": {Next: upload, Missing: []transport.Bits{transport.AllBits(100), transport.AllBits(100)}},
		"more versions":      {Next: upload, Missing: []transport.Bits{all, all, all, all, all, all, all, all, all, all, all, all, all, all}},
		"thumbnails":         {Next: upload, Missing: []transport.Bits{all}},
		"a seal":             {Next: transport.Seal},
		"a seal, and all":    {Next: transport.Seal, Missing: []transport.Bits{all, all, all}},
		"nothing":            {Next: upload},
		"no next step":       {},
		"parts": {Next: upload, Missing: []transport.Bits{all, all}, Parts: []transport.Part{
			{Item: -1, Version: -1, Size: -1}, {Item: math.MaxInt, Version: math.MaxInt, Size: math.MaxInt64}, {Item: 0, Version: 0, Size: math.MaxInt64}, {Item: 0, Version: 0, Size: math.MinInt64},
		}},
		"another collection": {Next: transport.Done, Collection: []byte{0x80}},
		"updates":            {Next: transport.Done, Updates: [][]byte{{1}, nil}, Keys: [][]byte{{1}, nil}},
		"an announcement":    {Next: transport.Done, Announced: "http://elsewhere", Refused: &transport.Fault{Code: 99}, Notify: true},
	} {
		w, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 3)
		cam.Syncs(home, name)
		h := &asking{Hub: w.Hub.Hub.As(cam.User), answer: answer}
		_, err := cam.Share(t.Context(), h, name)
		h.wants(t, what+", of a camera", err)
		h = &asking{Hub: w.Hub.Hub.As(cam.User), answer: answer}
		home.Restart(func(cfg *peer.Config) { cfg.Hub = h })
		h.wants(t, what+", of a home", home.Author.Publish(t.Context(), name))
		home.Restart(nil)
		cam.Shares(name)
		home.Publishes(name)
	}
}

// wants checks what has come.
func (a *asking) wants(t *testing.T, what string, err error) {
	t.Helper()
	if a.version > 1 || a.calls > 20 {
		t.Errorf("%s: version %d has come, in %d calls; %v", what, a.version, a.calls, err)
	}
}

// TestOnlyVersion: of items with one version alone, which is the complete one, a hub gets none,
// and their labels go as others do.
func TestOnlyVersion(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob")
	for id, versions := range cam.Card {
		cam.Card[id] = lab.Photo{versions[2]}
	}
	name := cam.AlbumOf("documents", collection.Body{Ladder: label.Ladder{{Name: "original"}}, Recipients: []collection.UserID{bob}})
	cam.Shares(name)
	b.Hears(notify.Shared, 2)
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Available, 0)
	b.Fetches(cam.Ref(name, 0, 0), cam.Ref(name, 1, 0))
	usage, err := w.Hub.Hub.Quotas().Usage(t.Context(), ann)
	if err != nil || usage.Versions != 0 {
		t.Errorf("the hub has %d bytes of versions, %v", usage.Versions, err)
	}
}

package shareclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// shop is a station that says what becomes of a push, and then asks for what it lacks.
type shop struct {
	mu    sync.Mutex
	push  func(stream io.Reader) (transport.Answer, error)
	got   []int // items, as they come
	calls []string
	lacks transport.Bits
}

func (s *shop) Share(context.Context, transport.Share) (transport.Answer, error) {
	s.called("share")
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answer(), nil
}

func (s *shop) called(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, what)
}

func (s *shop) answer() transport.Answer {
	if s.lacks.IsEmpty() {
		return transport.Answer{Next: transport.Done}
	}
	return transport.Answer{Next: transport.Upload, Missing: []transport.Bits{s.lacks}}
}

func (s *shop) Push(_ context.Context, _ transport.Share, stream io.Reader) (transport.Answer, error) {
	s.called("push")
	return s.push(stream)
}

func (s *shop) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	s.called("upload")
	return s.take(stream)
}

// take takes all frames of a stream.
func (s *shop) take(stream io.Reader) (transport.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := transport.NewUploadReader(stream)
	for {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			return s.answer(), nil
		}
		if err != nil {
			return transport.Answer{}, err
		}
		s.got = append(s.got, f.Item)
		s.lacks = s.lacks.Without(transport.BitsOf(f.Item)).Trim()
	}
}

// signer seals everything alike.
type signer struct{}

func (signer) Sign(context.Context, string, []byte) ([]byte, error) { return []byte("seal"), nil }

func (signer) ID() [32]byte { return [32]byte{} }

// sealedShare is a device's share of four items, the second of which is the cover and
// the last has the bytes of the first.
func sealedShare(t *testing.T) (collection.Collection, Share) {
	t.Helper()
	b := collection.Body{}
	for i, text := range []string{"one", "two", "three", "one"} {
		b.Items = append(b.Items, collection.Item{ID: collection.ItemID{byte(i + 1)}, Digests: []collection.Digest{digest.Sum([]byte(text))}})
	}
	h := collection.Header{ID: collection.ID{1}, Author: collection.UserID{1}, Hints: collection.Hints{Cover: b.Items[1].ID}}
	c, err := collection.New(h, b)
	if err == nil {
		c, err = c.Sign(t.Context(), signer{}, time.Unix(1, 0))
	}
	if err != nil {
		t.Fatal(err)
	}
	open := func(_ context.Context, _ collection.Collection, item, _ int) (transport.Blob, error) {
		return blob{bytes.NewReader([]byte([]string{"one", "two", "three", "one"}[item]))}, nil
	}
	return c, Share{Message: transport.Share{Offers: []transport.Bits{transport.AllBits(4)}}, Open: open, Signer: signer{}, Sending: new(Sending)}
}

// sends shares with a shop that lacks what is pushed, and checks what came to that.
func (s *shop) sends(t *testing.T, c collection.Collection, share Share, got []int, calls ...string) {
	t.Helper()
	_, answer, err := Send(t.Context(), s, c, share)
	if err != nil || answer.Next != transport.Done || !slices.Equal(s.got, got) || !slices.Equal(s.calls, calls) {
		t.Errorf("%v brought %v, %v, %v", s.calls, s.got, answer.Next, err)
	}
}

var pushed = transport.BitsOf(0, 1, 2)

// TestPushOrder: the cover goes first, the others as their author has put them, and
// equal bytes once.
func TestPushOrder(t *testing.T) {
	c, share := sealedShare(t)
	s := &shop{lacks: pushed}
	s.push = s.take
	s.sends(t, c, share, []int{1, 0, 2}, "push")
	s.got, s.calls = nil, nil
	s.sends(t, c, share, nil, "share") // it knows that it has been shared
	share.Sending = new(Sending)
	s.got, s.calls, s.push = nil, nil, func(io.Reader) (transport.Answer, error) { return s.answer(), nil }
	s.sends(t, c, share, nil, "push")
}

// TestPushOnce: what is being pushed for one collection is not pushed for another one
// with the same bytes: that waits, and hears that all has come.
func TestPushOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, share := sealedShare(t)
		h := c.Header()
		h.ID, h.AuthorSeal = collection.ID{2}, nil
		other, err := collection.New(h, c.Body())
		if err == nil {
			other, err = other.Sign(t.Context(), signer{}, time.Unix(1, 0))
		}
		if err != nil {
			t.Fatal(err)
		}
		free, s := make(chan struct{}), &shop{lacks: pushed}
		s.push = func(stream io.Reader) (transport.Answer, error) {
			<-free
			return s.take(stream)
		}
		done := make(chan error, 1)
		go func() {
			_, _, err := Send(t.Context(), s, c, share)
			done <- err
		}()
		synctest.Wait()
		time.AfterFunc(time.Second, func() { close(free) })
		s.sends(t, other, share, []int{1, 0, 2}, "push", "share", "share")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestPushEarly: who answers early gets no more than it asks for, the cover first again.
func TestPushEarly(t *testing.T) {
	c, share := sealedShare(t)
	s := &shop{lacks: transport.BitsOf(0, 1)}
	s.push = func(stream io.Reader) (transport.Answer, error) {
		_, err := io.CopyN(io.Discard, stream, 5)
		return s.answer(), err
	}
	s.sends(t, c, share, []int{1, 0}, "push", "upload")
}

// TestPushFails: after a push that fails, whatever of it came, a share says what lacks.
func TestPushFails(t *testing.T) {
	for _, fails := range []error{transport.ErrUnreachable, transport.ErrOffset, transport.ErrDigest, transport.ErrNotFound} {
		c, share := sealedShare(t)
		s := &shop{lacks: pushed}
		s.push = func(stream io.Reader) (transport.Answer, error) {
			s.lacks = transport.BitsOf(0, 2)
			return transport.Answer{}, fails
		}
		s.sends(t, c, share, []int{0, 2}, "push", "share", "upload")
	}
}

// TestPushWithoutAll: what the Media has lost is left out of a push, and the receiver
// hears of it; another failure of the Media is the sender's.
func TestPushWithoutAll(t *testing.T) {
	c, share := sealedShare(t)
	open, lost := share.Open, transport.ErrNotFound
	share.Open = func(ctx context.Context, c collection.Collection, item, version int) (transport.Blob, error) {
		if item == 1 {
			return nil, lost
		}
		return open(ctx, c, item, version)
	}
	s := &shop{lacks: pushed}
	s.push = s.take
	share.Make = func(_ context.Context, c collection.Collection, missing []transport.Bits) (collection.Collection, []transport.Bits, error) {
		s.lacks = nil // as a station that is told does not ask again
		return c, missing, nil
	}
	s.sends(t, c, share, []int{0, 2}, "push", "share")

	share.Make, share.Sending, lost = nil, new(Sending), errors.New("the card is broken")
	s.got, s.calls, s.lacks = nil, nil, pushed
	if _, _, err := Send(t.Context(), s, c, share); !errors.Is(err, lost) {
		t.Error(err)
	}
}

// TestPushNothing: a draft, a peer and who offers nothing push nothing.
func TestPushNothing(t *testing.T) {
	for what, change := range map[string]func(*collection.Collection, *Share){
		"no seal": func(c *collection.Collection, _ *Share) {
			*c, _ = collection.New(collection.Header{ID: collection.ID{1}, Author: collection.UserID{1}}, c.Body())
		},
		"a peer":    func(_ *collection.Collection, s *Share) { s.Message.From = transport.Peer },
		"no signer": func(_ *collection.Collection, s *Share) { s.Signer = nil },
		"no offers": func(_ *collection.Collection, s *Share) { s.Message.Offers = nil },
		"originals": func(_ *collection.Collection, s *Share) {
			s.Message.Offers = []transport.Bits{nil, transport.AllBits(1)}
		},
	} {
		c, share := sealedShare(t)
		change(&c, &share)
		s := new(shop)
		if _, _, err := Send(t.Context(), s, c, share); err != nil || !slices.Equal(s.calls, []string{"share"}) {
			t.Errorf("%s: %v, %v", what, s.calls, err)
		}
	}
}

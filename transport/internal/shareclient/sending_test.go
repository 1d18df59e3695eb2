package shareclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// desk is a station that asks for one thumbnail, until it has it.
type desk struct {
	mu      sync.Mutex
	has     bool
	uploads int
	take    func(upload int, stream io.Reader) error // what becomes of an upload
}

func (d *desk) Share(context.Context, transport.Share) (transport.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.has {
		return transport.Answer{Next: transport.Done}, nil
	}
	return transport.Answer{Next: transport.Upload, Missing: []transport.Bits{transport.BitsOf(0)}}, nil
}

func (d *desk) Push(context.Context, transport.Share, io.Reader) (transport.Answer, error) {
	return transport.Answer{}, errors.New("pushed, by somebody who cannot seal")
}

func (d *desk) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	d.mu.Lock()
	d.uploads++
	n := d.uploads
	d.mu.Unlock()
	err := d.take(n, stream)
	if err == nil {
		_, err = io.Copy(io.Discard, stream)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.has = d.has || err == nil
	return transport.Answer{Next: transport.Done}, err
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// shares shares one collection after the other of the same photo, each when the one
// before waits for something, and returns how they ended.
func shares(t *testing.T, to *desk, n int) []error {
	thumbnail := bytes.Repeat([]byte("thumbnail"), 1000)
	sending, errs := new(Sending), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		c, err := collection.New(collection.Header{ID: collection.ID{byte(i + 1)}, Author: collection.UserID{1}}, collection.Body{
			Items: []collection.Item{{ID: collection.ItemID{byte(i + 1)}, Digests: []collection.Digest{digest.Sum(thumbnail)}}}})
		if err != nil {
			t.Fatal(err)
		}
		share := Share{Message: transport.Share{Offers: []transport.Bits{transport.BitsOf(0)}}, Sending: sending}
		share.Open = func(context.Context, collection.Collection, int, int) (transport.Blob, error) {
			return blob{bytes.NewReader(thumbnail)}, nil
		}
		all.Go(func() { _, _, errs[i] = Send(t.Context(), to, c, share) })
		synctest.Wait()
	}
	all.Wait()
	return errs
}

// TestSendOnce: what several collections have goes to a station once.
func TestSendOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		to := &desk{take: func(int, io.Reader) error { <-free; return nil }}
		time.AfterFunc(time.Second, func() { close(free) }) // when all wait
		if err := errors.Join(shares(t, to, 4)...); err != nil || to.uploads != 1 {
			t.Errorf("uploaded %d times, %v", to.uploads, err)
		}
	})
}

// TestSendFails: when an upload fails, one of those who have waited for it uploads
// itself.
func TestSendFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := errors.New("no room")
		free := make(chan struct{})
		to := &desk{take: func(upload int, _ io.Reader) error {
			if upload == 1 {
				<-free
				return fails
			}
			return nil
		}}
		time.AfterFunc(time.Second, func() { close(free) }) // when all wait
		errs := shares(t, to, 3)
		if err := errors.Join(errs[1:]...); !errors.Is(errs[0], fails) || err != nil || to.uploads != 2 {
			t.Errorf("uploaded %d times, %v, %v", to.uploads, errs[0], err)
		}
	})
}

// TestSendStalls: an upload on a link that is dead without anybody knowing keeps no
// other share from its end.
func TestSendStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := make(chan struct{})
		to := &desk{}
		to.take = func(upload int, _ io.Reader) error {
			if upload == 1 {
				<-dead
				return transport.ErrUnreachable
			}
			close(dead)
			return nil
		}
		if errs := shares(t, to, 2); errs[1] != nil || !errors.Is(errs[0], transport.ErrUnreachable) {
			t.Errorf("ended with %v and %v", errs[0], errs[1])
		}
	})
}

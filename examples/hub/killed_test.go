package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

var kills = flag.Int("kills", 3, "how often the hub is killed under load; 200 take some minutes")

// TestKilled kills the hub at random moments while other processes share with it, and then
// interrupts it as often, as Ctrl-C does. What it has acknowledged is there afterwards, and reaches the recipient, thumbnails included.
func TestKilled(t *testing.T) {
	h := newHub(t)
	bobs, loads := h.loaded(t, "Ann", "Zoe", "Eve")
	for range *kills {
		h = h.endSoon(t, loads, func(h hubProcess) { h.Kill() })
	}
	for range *kills {
		h = h.endSoon(t, loads, func(h hubProcess) {
			h.Interrupt()
			if status := h.Status(); status != 0 {
				t.Errorf("interrupted: exit status %d: %s", status, h.Errors())
			}
		})
	}
	acknowledged := map[string]bool{}
	for _, l := range loads {
		l.Kill()
		for line := range strings.Lines(l.Printed()) {
			if name, whole := strings.CutSuffix(line, "\n"); whole {
				acknowledged[name] = true
			}
		}
	}
	t.Logf("killed %d times; %d collections were acknowledged", *kills, len(acknowledged))
	receiveAll(t, bobs, acknowledged)
	h.Interrupt()
	if h.Status() != 0 {
		t.Error(h.Errors())
	}
	t.Log(programtest.Run(t, h.program, "check", "-data", h.dir))
}

// endSoon ends the hub at some moment after each process has shared something with it, and
// starts it again.
func (h hubProcess) endSoon(t *testing.T, loads []*programtest.Process, end func(hubProcess)) hubProcess {
	t.Helper()
	for _, l := range loads {
		l.AwaitMore()
	}
	time.Sleep(rand.N(100 * time.Millisecond)) // so that it is at any moment of what is under way
	end(h)
	return startHub(t, h.dir, h.address)
}

// unasked is how many collections of one author who is a stranger a hub tells somebody of
// in a day; the others can be read.
const unasked = 100

// receiveAll receives what was shared with the recipient, and finds that all of some
// collections are there, with their thumbnails.
func receiveAll(t *testing.T, a account.Account, names map[string]bool) {
	t.Helper()
	ctx := t.Context()
	p, err := openPeer(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.WithoutCancel(ctx))
	told := map[collection.UserID]int{}
	for more := true; more && len(names) > 0; {
		news, err := p.Reader.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		more = len(news) > 0
		for _, n := range news {
			told[n.Author]++
			if name := (collection.Name{Author: n.Author, ID: n.Collection}); names[name.String()] { // it was not cut off
				delete(names, name.String())
				countThumbnails(t, p, name)
			}
		}
	}
	for text := range names {
		name, err := collection.ParseName(text)
		if err == nil {
			err = p.Reader.Refresh(ctx, name)
		}
		if err != nil || told[name.Author] < unasked {
			t.Errorf("%s was acknowledged, and Bob was told of %d others by this author: %v", text, told[name.Author], err)
			continue
		}
		countThumbnails(t, p, name)
	}
}

func countThumbnails(t *testing.T, p *peer.Peer, name collection.Name) {
	t.Helper()
	thumbnails := 0
	for _, err := range p.Reader.Versions(t.Context(), name, 0) {
		if err != nil {
			t.Error(name, err)
		}
		thumbnails++
	}
	if thumbnails != loadItems {
		t.Errorf("%v: %d thumbnails of %d", name, thumbnails, loadItems)
	}
}

func openPeer(ctx context.Context, a account.Account) (*peer.Peer, error) {
	signer, err := a.Signer()
	if err != nil {
		return nil, err
	}
	keys := new(signature.Keyring)
	if err := a.AddTo(ctx, keys); err != nil {
		return nil, err
	}
	hub, err := httplink.HubOf(a, httplink.Options{})
	if err != nil {
		return nil, err
	}
	return peer.New(ctx, a.User, signer, peer.Config{Keys: keys, Hub: hub, Statement: a.Statement, Wait: time.Second})
}

// The environment of a process that loads a hub.
const (
	loadFolder    = "GLIMPSE_TEST_LOAD"
	loadRecipient = "GLIMPSE_TEST_RECIPIENT"
	loadItems     = 3
)

// loaded adds users whose processes share with another one, and waits until they do.
func (h hubProcess) loaded(t *testing.T, names ...string) (recipient account.Account, loads []*programtest.Process) {
	t.Helper()
	recipient, _, err := program.LoadAccount(h.join(t, "user", "add", "Bob"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(loadRecipient, recipient.User.String())
	for _, name := range names {
		t.Setenv(loadFolder, h.join(t, "user", "add", name))
		loads = append(loads, programtest.Start(t, os.Args[0]))
	}
	os.Unsetenv(loadFolder)
	for _, l := range loads {
		l.AwaitMore()
	}
	return recipient, loads
}

// load shares collections with the hub, one after the other, and prints the name of each
// that the hub has acknowledged. It runs in a process of its own, until it is killed.
func load() {
	if err := share(context.Background(), os.Getenv(loadFolder)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func share(ctx context.Context, dir string) error {
	a, key, err := program.LoadAccount(dir)
	if err != nil {
		return err
	}
	hub, err := httplink.HubOf(a, httplink.Options{})
	if err != nil {
		return err
	}
	var recipient collection.UserID
	if err := recipient.UnmarshalText([]byte(os.Getenv(loadRecipient))); err != nil {
		return err
	}
	d := device.New(a.User, key, device.MediaFunc(thumbnailOf), device.Config{})
	for {
		name, err := d.Make(ctx, collection.Header{Title: "load", Authority: a.Authority.ID()},
			collection.Body{Items: someItems(), Recipients: []collection.UserID{recipient}})
		if err != nil {
			return err
		}
		for {
			answer, err := d.Share(ctx, hub, name)
			if err == nil && answer.Next == transport.Done {
				break
			}
			if err != nil && !errors.Is(err, transport.ErrUnreachable) && !errors.Is(err, transport.ErrClosed) {
				fmt.Fprintln(os.Stderr, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		fmt.Println(name)
	}
}

func someItems() []collection.Item {
	items := make([]collection.Item, loadItems)
	for i := range items {
		for j := range items[i].ID {
			items[i].ID[j] = byte(rand.Uint32())
		}
	}
	return items
}

// thumbnailOf makes up a thumbnail of 3 KB.
func thumbnailOf(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	if version > 0 {
		return nil, transport.ErrNotFound
	}
	return blob{bytes.NewReader(bytes.Repeat(item[:], 200))}, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

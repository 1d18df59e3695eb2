package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab"
)

const ms = time.Millisecond

// TestPacer: segments leave one after the other, whoever sends them, and are there half a
// round trip later; who sends more than the queue holds waits.
func TestPacer(t *testing.T) {
	begin := time.Now()
	p := newPacer(linkKind{bits: 8e3, roundTrip: 100 * ms}, 1) // a byte a millisecond
	for _, c := range []struct {
		at            time.Duration
		n             int
		wait, arrives time.Duration
	}{
		{0, 10, -10 * ms, 60 * ms},
		{0, 30, 20 * ms, 90 * ms}, // after the first
		{20 * ms, 5, 25 * ms, 95 * ms},
		{45 * ms, 1, 26 * ms, 96 * ms}, // as the last one has just left
		{200 * ms, 100, 280 * ms, 350 * ms},
	} {
		wait, arrives := p.take(begin.Add(c.at), c.n)
		if wait.Sub(begin) != c.wait || arrives.Sub(begin) != c.arrives {
			t.Errorf("%d bytes at %v: wait until %v, there at %v, want %v, %v", c.n, c.at, wait.Sub(begin), arrives.Sub(begin), c.wait, c.arrives)
		}
	}
	if got := p.taken(); got != 146 {
		t.Errorf("%d bytes were taken", got)
	}
}

// TestLoss: what is lost goes twice, and comes a round trip later, or later yet where
// nothing follows.
func TestLoss(t *testing.T) {
	begin := time.Now()
	p := newPacer(linkKind{bits: 8e3, roundTrip: 100 * ms, loss: 1}, 1)
	for i, want := range []time.Duration{20*ms + 50*ms + 100*ms + timeout, 40*ms + 50*ms + 100*ms} {
		if _, arrives := p.take(begin, 10); arrives.Sub(begin) != want {
			t.Errorf("segment %d is there at %v, want %v", i, arrives.Sub(begin), want)
		}
	}
	if got := p.taken(); got != 20 {
		t.Errorf("%d bytes were taken", got)
	}
}

// TestLossIsSeeded: a share of the segments is lost, the same ones for the same seed.
func TestLossIsSeeded(t *testing.T) {
	lost := func(seed uint64) (list []int) {
		p := newPacer(linkKind{bits: 8e6, loss: 0.1}, seed)
		for i := range 1000 {
			now := p.free.Add(time.Second) // the link is idle
			if _, arrives := p.take(now, 1); arrives.Sub(now) > timeout {
				list = append(list, i)
			}
		}
		return list
	}
	one, again, other := lost(1), lost(1), lost(2)
	if len(one) < 50 || len(one) > 200 {
		t.Errorf("%d of 1000 are lost", len(one))
	}
	if !slices.Equal(one, again) || slices.Equal(one, other) {
		t.Error("a seed decides nothing")
	}
}

// TestConn: all that is written arrives, in its order, also what is under way when the
// connection is closed, and then its end; both directions are counted.
func TestConn(t *testing.T) {
	l, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	up, down := newPacer(fast, 1), newPacer(fast, 2)
	client, err := dialer(up)(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := shapedListener{l, down}.Accept()
	if err != nil {
		t.Fatal(err)
	}
	want := lab.Noise("bytes", 100_001)
	for _, way := range []struct{ from, to net.Conn }{{client, server}, {server, client}} {
		go func() {
			way.from.Write(want[:1])
			way.from.Write(want[1:])
			if way.from == server {
				way.from.Close()
			}
		}()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(way.to, got); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v, equal: %t", err, bytes.Equal(got, want))
		}
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
	if up.taken() != len(want) || down.taken() != len(want) {
		t.Errorf("%d bytes up, %d down", up.taken(), down.taken())
	}
	if _, err := server.Write(want); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after its end: %v", err)
	}
	client.Close()
}

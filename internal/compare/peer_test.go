package main

import "testing"

var states = []state{flagsAtRandom, allPending, allComplete, degreesAtRandom}

// TestPeersRoundTrip checks that what a peer decodes is the data that went in,
// so that all codecs are measured on the same work.
func TestPeersRoundTrip(t *testing.T) {
	for _, p := range peers() {
		for _, s := range states {
			for _, n := range []int{0, 1, 300} {
				d := newData(n, s, 1)
				checkSame(t, p.name(), d, mustDecode(t, p, mustEncode(t, p, p.build(d))))
			}
		}
	}
}

func mustEncode(t *testing.T, p peer, d document) []byte {
	t.Helper()
	b, err := p.encode(d)
	if err != nil {
		t.Fatalf("%s: encode: %v", p.name(), err)
	}
	return b
}

func mustDecode(t *testing.T, p peer, b []byte) document {
	t.Helper()
	d, err := p.decode(b)
	if err != nil {
		t.Fatalf("%s: decode: %v", p.name(), err)
	}
	return d
}

func checkSame(t *testing.T, name string, d *data, got document) {
	t.Helper()
	if got.size() != len(d.ids) {
		t.Fatalf("%s, %s: %d items, want %d", name, d.state, got.size(), len(d.ids))
	}
	for i := range d.ids {
		if id, missing := got.item(i); id != d.ids[i] || missing != int(d.missing[i]) {
			t.Fatalf("%s, %s: item %d is %x with %d missing, want %x with %d",
				name, d.state, i, id, missing, d.ids[i], d.missing[i])
		}
	}
}

// TestPeersKeepTheHeader checks that no peer is spared the header: encoding
// again what was decoded gives the same bytes.
func TestPeersKeepTheHeader(t *testing.T) {
	for _, p := range peers() {
		first := mustEncode(t, p, p.build(newData(20, degreesAtRandom, 1)))
		second := mustEncode(t, p, mustDecode(t, p, first))
		if string(first) != string(second) {
			t.Errorf("%s: what was decoded encodes to other bytes", p.name())
		}
		if len(first) < 20*16+4*16 {
			t.Errorf("%s: %d bytes cannot hold header and ids", p.name(), len(first))
		}
	}
}

// TestPeersDoNotKeepTheirInput checks that a decoded document does not change
// with the bytes that it came from, as the measured heap supposes.
func TestPeersDoNotKeepTheirInput(t *testing.T) {
	for _, p := range peers() {
		d := newData(50, flagsAtRandom, 1)
		b := mustEncode(t, p, p.build(d))
		got := mustDecode(t, p, b)
		clear(b)
		checkSame(t, p.name(), d, got)
	}
}

// TestPeersJoin checks that the join leaves the least that either misses.
func TestPeersJoin(t *testing.T) {
	for _, p := range peers() {
		a, b := newData(300, degreesAtRandom, 1), newData(300, degreesAtRandom, 2)
		joined := p.build(a)
		joined.join(p.build(b))
		for i := range a.missing {
			a.missing[i] = min(a.missing[i], b.missing[i])
		}
		checkSame(t, p.name(), a, joined)
	}
}

func TestPeersRefuseDamage(t *testing.T) {
	for _, p := range peers() {
		b := mustEncode(t, p, p.build(newData(10, allPending, 1)))
		if _, err := p.decode(b[:len(b)-1]); err == nil {
			t.Errorf("%s: decodes a truncated collection", p.name())
		}
	}
}

func TestIndex(t *testing.T) {
	d := newData(100, flagsAtRandom, 1)
	m := index(jsonPeer.build(d))
	for i, id := range d.ids {
		if got, ok := m[id]; !ok || int(got) != i {
			t.Fatalf("item %d is found at %d, %v", i, got, ok)
		}
	}
}

func TestDataIsTheSameEveryTime(t *testing.T) {
	a, b, c := newData(500, flagsAtRandom, 1), newData(500, flagsAtRandom, 1), newData(500, flagsAtRandom, 2)
	if string(a.missing) != string(b.missing) || a.ids[499] != b.ids[499] {
		t.Error("two calls with the same arguments differ")
	}
	if string(a.missing) == string(c.missing) || a.ids[499] != c.ids[499] {
		t.Error("another salt should give other labels and the same items")
	}
}

func TestSharedPrefixKeepsIDsDistinct(t *testing.T) {
	d := newData(100_000, allPending, 1)
	d.shareFirst()
	seen := map[[16]byte]bool{}
	for _, id := range d.ids {
		if seen[id] || string(id[:12]) != string(d.ids[0][:12]) {
			t.Fatalf("id %x repeats or has another prefix", id)
		}
		seen[id] = true
	}
}

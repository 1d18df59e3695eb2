package engine

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// TestPeerWithAnOlderEdition: a peer that has not heard that versions were made
// is not asked to make them again, and holds no label up.
func TestPeerWithAnOlderEdition(t *testing.T) {
	const n = 2
	older, known := editions(t, n, 1)
	s, _ := run(t, rules, State{}, Shared{By: author, Collection: known, Sealed: true})
	all := transport.AllBits(n)
	share := Shared{By: author, Collection: older, Sealed: true, Share: transport.Share{
		From: transport.Peer, Offers: sets(all, all, all), Serves: sets(nil, nil, all), URL: "a",
	}}
	s, effects := run(t, rules, s, share)
	if a := effect[Reply](t, effects).Answer; len(a.Missing) != 1 || a.Missing[0].Len() != n {
		t.Errorf("asked for %v: the thumbnails are all it can give", a.Missing)
	}
	s, _ = run(t, rules, s, Stored{Versions: sets(all)}, Announced{Source: transport.Source{User: author, URL: "a", Items: all}})
	if left := s.Collection.Labelled(); left != 0 {
		t.Errorf("%d labels left", left)
	}
}

// editions are two of a collection: the newer one has the digests of a version
// that the older one lacks.
func editions(t *testing.T, n, version int) (older, newer collection.Collection) {
	full := draft(t, n)
	h, b := full.Header(), full.Body()
	for i := range b.Items {
		b.Items[i].Digests[version] = collection.Digest{}
	}
	older, err := collection.New(h, b)
	check(t, err)
	newer, err = older.Edit(func(_ *collection.Header, items []collection.Item) { copy(items, full.Body().Items) })
	check(t, err)
	older, err = older.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	newer, err = newer.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	return older, newer
}

func TestRequiredNeverExceedsTheLadder(t *testing.T) {
	r := Rules{RequiredFromDevice: 99, RequiredFromPeer: 1}
	l := label.DefaultLadder()
	if r.Required(transport.Device, l) != 3 || r.Required(transport.Peer, l) != 1 {
		t.Error("required versions")
	}
}

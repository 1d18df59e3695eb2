package collection_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"pgregory.net/rapid"
)

// ids lists the first byte of each collection's id.
func idsOf(cs []collection.Collection) (ids []byte) {
	for _, c := range cs {
		ids = append(ids, c.ID()[0])
	}
	return ids
}

func albumsOf(cs ...collection.Collection) []collection.Album {
	return collection.Albums(slices.Values(cs))
}

// TestTwoHeads: the camera, offline, and the home both make a successor; people see one
// album, and a third joins them.
func TestTwoHeads(t *testing.T) {
	both, one := []collection.UserID{ben, mallory}, []collection.UserID{ben, tower}
	was := digested(t, 1, label.Flag, both, 0, 1)
	camera := succeeded(t, 2, both, []int{0, 1, 2}, was)
	atHome := succeeded(t, 3, one, []int{1, 3}, was)
	atHome = applied(t, atHome, signed(t, ok(atHome.Complete(theHub, itemID(1)))(t), dawn))
	albums := albumsOf(atHome, camera, was)
	if len(albums) != 1 || len(albums[0].Heads()) != 2 || !slices.Equal(idsOf(albums[0].Replaced()), []byte{1}) {
		t.Fatalf("%d albums: %v", len(albums), albums)
	}
	album := albums[0]
	for u, refused := range map[collection.UserID]bool{anna: false, ben: false, tower: false, home: false, mallory: true, {0xf0}: false} {
		if album.Refuses(u) != refused {
			t.Errorf("%v is refused: %v", u, !refused)
		}
	}
	h, b := album.Join()
	var items []int
	for _, item := range b.Items {
		items = append(items, int(item.ID[3])-1)
	}
	slices.Sort(items)
	if !slices.Equal(items, []int{0, 1, 2, 3}) || !slices.Equal(b.Recipients, []collection.UserID{ben, tower}) {
		t.Errorf("items %v, recipients %v", items, b.Recipients)
	}
	for i, head := range album.Items() {
		if id, rank := head.At(i); (id == itemID(1)) != rank.Complete() {
			t.Errorf("%v is shown as %v", id, rank)
		}
	}
	h.ID = collection.ID{4}
	joined := ok(collection.Succeed(h, b, album.Heads()...))(t)
	if albums := albumsOf(camera, joined, was, atHome); len(albums) != 1 || !slices.Equal(idsOf(albums[0].Heads()), []byte{4}) ||
		!albums[0].Refuses(mallory) || albums[0].Refuses(ben) {
		t.Errorf("joined: %v", albums)
	}
}

// TestAnEndedAlbum: what has ended is no head, and what was replaced does not come back.
func TestAnEndedAlbum(t *testing.T) {
	was := digested(t, 1, label.Flag, nil, 0)
	next := succeeded(t, 2, nil, []int{0}, was)
	ended := ok(next.End(bg, keyOf(anna), dawn))(t)
	album := albumsOf(was, ended)[0]
	h, b := album.Join()
	if len(album.Heads()) != 0 || len(b.Items) != 0 || !h.Author.IsZero() || album.Refuses(ben) {
		t.Errorf("an album that has ended has %v", album.Heads())
	}
	for range album.Items() {
		t.Error("an item of an album that has ended")
	}
	wasEnded := ok(was.End(bg, keyOf(anna), dawn))(t)
	if album := albumsOf(wasEnded, next)[0]; !slices.Equal(idsOf(album.Heads()), []byte{2}) {
		t.Errorf("heads %v", idsOf(album.Heads()))
	}
	// Two that replace each other: none is a head, and nothing runs for ever.
	h, b = next.Header(), next.Body()
	h.ID, b.Replaces = collection.ID{1}, []collection.ID{{2}}
	if albums := albumsOf(ok(collection.New(h, b))(t), next); len(albums) != 1 || len(albums[0].Heads()) != 0 {
		t.Errorf("a circle has heads: %v", albums)
	}
}

// TestAlbumsAreOfOneAuthor: nobody replaces what is another's.
func TestAlbumsAreOfOneAuthor(t *testing.T) {
	was := digested(t, 1, label.Flag, nil, 0)
	squatter := ok(collection.New(collection.Header{ID: collection.ID{2}, Author: mallory}, collection.Body{Replaces: []collection.ID{{1}}}))(t)
	if albums := albumsOf(squatter, was); len(albums) != 2 || len(albums[0].Heads()) != 1 || len(albums[1].Heads()) != 1 {
		t.Errorf("%v", albums)
	}
}

// TestAlbumsInAnyOrder: against the definition, and whatever the order.
func TestAlbumsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		known, replaced, over := []collection.Collection{}, map[byte]bool{}, map[byte]bool{}
		for i := range 1 + d(7) {
			b := collection.Body{}
			for j := range i {
				if d(4) == 0 {
					b.Replaces, replaced[byte(j+1)] = append(b.Replaces, collection.ID{byte(j + 1)}), true
				}
			}
			c := ok(collection.New(collection.Header{ID: collection.ID{byte(i + 1)}, Author: anna}, b))(t)
			if d(5) == 0 {
				c, over[byte(i+1)] = ok(c.End(bg, keyOf(anna), dawn))(t), true
			}
			known = append(known, c)
		}
		want := describeAlbums(albumsOf(known...))
		for _, a := range albumsOf(known...) {
			for _, c := range a.Heads() {
				if id := c.ID()[0]; replaced[id] || over[id] {
					t.Fatalf("%d is a head", id)
				}
			}
			for _, c := range a.Replaced() {
				if id := c.ID()[0]; !replaced[id] && !over[id] {
					t.Fatalf("%d is none", id)
				}
			}
		}
		mixed := rapid.Permutation(known).Draw(t, "order")
		if have := describeAlbums(albumsOf(append(mixed, mixed[0])...)); !slices.Equal(have, want) {
			t.Fatalf("%v, in another order %v", want, have)
		}
	})
}

// describeAlbums lists albums in one order.
func describeAlbums(albums []collection.Album) (list []string) {
	for _, a := range albums {
		replaced := idsOf(a.Replaced())
		slices.Sort(replaced)
		list = append(list, fmt.Sprint(idsOf(a.Heads()), replaced))
	}
	slices.Sort(list)
	return list
}

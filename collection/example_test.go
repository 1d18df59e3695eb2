package collection_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// The ids are random in real life.
var (
	anna    = collection.UserID{0xaa}
	ben     = collection.UserID{0xbb}
	home    = collection.UserID{0xcc}
	holiday = collection.ID{1}
	lake    = collection.ItemID{2}
	boat    = collection.ItemID{3}
)

func makeHoliday() collection.Collection {
	c, err := collection.New(collection.Header{
		ID: holiday, Author: anna, Title: "Holiday",
		Created: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
	}, collection.Body{
		Items:      []collection.Item{{ID: lake, Caption: "The lake"}, {ID: boat}},
		Recipients: []collection.UserID{ben},
		Completers: []collection.UserID{home},
	})
	if err != nil {
		panic(err)
	}
	return c
}

// A camera shares two photos whose originals it keeps for now, and the home
// computer completes one.
func Example() {
	c := makeHoliday()
	for id, rank := range c.Items() {
		fmt.Printf("%x %v\n", id[:1], rank)
	}

	update, err := c.Complete(home, lake)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, changed, err := c.Apply(update)
	rank, _ := c.Label(lake)
	fmt.Println(rank, changed, err, c.Labelled(), "labelled")

	_, changed, err = c.Apply(update) // it came twice
	fmt.Println(changed, err)
	// Output:
	// 02 pending
	// 03 pending
	// complete true <nil> 1 labelled
	// false <nil>
}

// What is decoded is what was encoded, byte for byte.
func ExampleDecode() {
	data, err := makeHoliday().MarshalBinary()
	fmt.Println(len(data), err)
	c, err := collection.Decode(data)
	fmt.Println(c.Title(), c.Len(), c.MayRead(ben), err)
	_, err = collection.Decode(data[:len(data)-1])
	fmt.Println(err)
	// Output:
	// 161 <nil>
	// Holiday 2 true <nil>
	// collection: malformed: truncated at byte 128
}

// The author gives a better title later. Updates in flight stay good, for they
// bind to the fixed part.
func ExampleCollection_Edit() {
	c := makeHoliday()
	update, _ := c.CompleteAll(anna)
	c, err := c.Edit(func(h *collection.Header, items []collection.Item) {
		h.Title = "Two weeks in Norway"
		items[1].Caption = "The boat"
	})
	fmt.Println(c.Title(), c.Header().Edition, err)
	c, _, err = c.Apply(update)
	fmt.Println(c.Settled(), err)
	// Output:
	// Two weeks in Norway 1 <nil>
	// true <nil>
}

// Two stations find out whether they share the same thing.
// A photo more, and a completer less: the album goes on in a successor, and what it replaces
// ends.
func ExampleSucceed() {
	was := makeHoliday()
	header, body := was.Header(), was.Body()
	header.ID = collection.ID{9}
	body.Items = append(body.Items, collection.Item{ID: collection.ItemID{4}, Caption: "The hut"})
	body.Completers = nil
	next, err := collection.Succeed(header, body, was)
	if err != nil {
		fmt.Println(err)
		return
	}
	ended, err := was.End(context.Background(), keyOf(anna), time.Time{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = ended.Complete(anna, lake)
	fmt.Println(err)

	for _, album := range collection.Albums(slices.Values([]collection.Collection{ended, next})) {
		for i, head := range album.Items() {
			fmt.Println(head.Item(i).Caption)
		}
		fmt.Println(album.Refuses(ben), album.Refuses(home))
	}
	// Output:
	// the collection has ended
	// The lake
	//
	// The hut
	// false true
}

func ExampleCollection_Same() {
	c := makeHoliday()
	b := c.Body()
	b.Recipients = nil
	d, _ := collection.New(c.Header(), b)
	fmt.Println(c.Same(d))
	// Output:
	// the fixed parts differ: recipients
}

// A user's id shows which key the user started with.
func ExampleUserOf() {
	camera := collection.KeyID{0x2f, 0xfb} // the thumbprint of a public key
	ann := collection.UserOf(camera)
	fmt.Println(ann == collection.UserOf(camera), ann == collection.UserOf(collection.KeyID{1}))
	// Output: true false
}

// Somebody whom Anna knows by a mail address only becomes a user, says the hub. She sees the
// album at once, and gets the originals when Anna has said that it is she.
func ExampleCollection_Accept() {
	ctx, hubKey, annasKey := context.Background(), keyOf(theHub), keyOf(anna)
	dora, address := collection.UserID{0xd0}, collection.Address{1} // made by Blind
	c, err := collection.New(collection.Header{ID: holiday, Author: anna, Authority: hub},
		collection.Body{Items: []collection.Item{{ID: lake}}, Addresses: []collection.Address{address}})
	fmt.Println(c.MayRead(dora), err)

	c, err = c.Resolve(ctx, hubKey, address, dora, time.Unix(1, 0))
	fmt.Println(c.MayRead(dora), c.MayReadComplete(dora), err)

	for address, user := range c.Unaccepted() { // each of which a person decides
		c, err = c.Accept(ctx, annasKey, address, user, time.Unix(2, 0))
	}
	fmt.Println(c.MayReadComplete(dora), err)
	// Output:
	// false <nil>
	// true false <nil>
	// true <nil>
}

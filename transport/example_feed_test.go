package transport_test

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// titles is a feed of collections that are all new.
type titles []string

func (all titles) Changes(_ context.Context, r transport.ChangesRequest) (news transport.Changes, err error) {
	news.Next = transport.Cursor{Feed: transport.FeedID{1}, Number: uint64(len(all))}
	if r.After.Feed != news.Next.Feed {
		r.After.Number = 0
	}
	for i := r.After.Number; i < news.Next.Number; i++ {
		n := notify.Notification{Title: all[i], Reason: notify.Shared}
		news.Entries = append(news.Entries, transport.Entry{Number: i + 1, Notification: n})
	}
	return news, nil
}

// A station reads a feed from where it has read it, and another one from the beginning. Peers
// do so in Receive; the feed of a hub over HTTP is an httplink.Client.
func ExampleFeed() {
	read := func(station string, feed transport.Feed, after transport.Cursor) transport.Cursor {
		news, err := feed.Changes(context.Background(), transport.ChangesRequest{After: after})
		for _, e := range news.Entries {
			fmt.Printf("%s: %q is %v\n", station, e.Notification.Title, e.Notification.Reason)
		}
		if err != nil {
			fmt.Println(err)
		}
		return news.Next // to be stored, together with what was read
	}
	feed := titles{"Picnic"}
	after := read("phone", feed, transport.Cursor{})
	feed = append(feed, "Lake")
	read("phone", feed, after)
	read("laptop", feed, transport.Cursor{})
	// Output:
	// phone: "Picnic" is shared
	// phone: "Lake" is shared
	// laptop: "Picnic" is shared
	// laptop: "Lake" is shared
}

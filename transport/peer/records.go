package peer

import (
	"strconv"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// The kinds of records that a peer keeps, besides those that it shares with the
// other roles (see transport/internal/station), with what they are of, and what
// they hold.
const (
	cursorRecord   record.Kind = "cursor"   // notifier, its URL as a place: up to where its feed was read
	draftRecord    record.Kind = "draft"    // collection: what a hub is to fill in
	dueRecord      record.Kind = "p"        // collection: when it is to be published
	endpointRecord record.Kind = "endpoint" // what the peer has sealed last of where it serves
	freshRecord    record.Kind = "fresh"    // collection: there is news of it, and its wishes were not tried since; empty
	gossipRecord   record.Kind = "gossip"   // collection: tries to tell those who hold it what is new
	heardRecord    record.Kind = "heard"    // nothing: the latest word of the hub's authority
	homesRecord    record.Kind = "h"        // collection: the peers that tell of it
	keyRecord      record.Kind = "y"        // key: the key statement that counts
	lookRecord     record.Kind = "l"        // collection with wishes that wait for a label: tries to hear news
	movedRecord    record.Kind = "moved"    // the endpoint where all know that the peer serves; empty = none
	newsRecord     record.Kind = "n"        // collection: what was told of it last
	owedRecord     record.Kind = "f"        // notifier, collection: what it has told that could not be heard yet
	passedRecord   record.Kind = "passed"   // collection that not its author has told of first: how many items it has
	sampleRecord   record.Kind = "sample"   // author, digest: the blocks of it that an authority has been sent
	rosterRecord   record.Kind = "roster"   // user, or an authority's root key: the latest roster
	settingsRecord record.Kind = "settings" // what the user's devices take over
	untakenRecord  record.Kind = "q"        // collection: that the program has not got that yet, and its cover
	wishRecord     record.Kind = "w"        // collection, item, version: tries to fetch it
)

func wishKey(ref transport.Ref) string {
	return wishRecord.Under(ref.Collection, ref.Item) + strconv.Itoa(ref.Version)
}

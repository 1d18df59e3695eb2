package station

import "github.com/glimpse-go/glimpse/transport/internal/record"

// The kinds of what the core keeps in a station's store, with what they are of, and
// what they hold.
const (
	stateRecord    record.Kind = "c"   // collection: its engine.State
	readerRecord   record.Kind = "r"   // collection, user who may read it, its author aside: empty
	itemRecord     record.Kind = "i"   // author, item: ids of the author's collections that have it
	deliveryRecord record.Kind = "o"   // recipient, collection: the transport.Delivery that waits
	versionBlob    record.Kind = "v"   // author, digest: the bytes of a version
	leavesRecord   record.Kind = "t"   // digest: the leaves of a complete version's tree
	ageRecord      record.Kind = "age" // author, digest: when a version came into a cache, in seconds since 1970
)

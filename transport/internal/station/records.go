package station

import "github.com/glimpse-go/glimpse/transport/internal/record"

// The kinds of what the core keeps in a station's store, with what they are of, and
// what they hold.
const (
	stateRecord      record.Kind = "c"    // collection: the head of its engine.Parts, which holds the others if they are few bytes, and changes with each of them
	partRecord       record.Kind = "s"    // collection, name of one of the others that it does not hold: that
	readerRecord     record.Kind = "r"    // collection, user who may read it, its author aside: empty
	listRecord       record.Kind = "x"    // author, collection, number: marks of its items
	itemRecord       record.Kind = "i"    // author, mark: ids of the author's collections that have the item; and author alone: an indexHead
	successorRecord  record.Kind = "succ" // collection, id of another of its author's that replaces it, if that stands: empty
	lineageRecord    record.Kind = "line" // author: changes with what of the author's replaces what, stands, or has ended; empty
	entryRecord      record.Kind = "o"    // user, collection: the entry of the user's feed
	feedRecord       record.Kind = "feed" // user: the feed's head; and number: the name of the collection whose entry has it
	jobRecord        record.Kind = "job"  // kind, collection: a job that is to be done
	tellJob          record.Kind = jobRecord + "/tell"
	spreadJob        record.Kind = jobRecord + "/spread"
	foldJob          record.Kind = jobRecord + "/fold"
	albumJob         record.Kind = jobRecord + "/album"
	versionRecord    record.Kind = "v"       // author, digest: that a version is here, and its bytes if they are few; else they are a blob of this key
	leavesRecord     record.Kind = "t"       // digest: the leaves of a complete version's tree; and number: those that are too many for one record
	provedRecord     record.Kind = "tp"      // author, digest: the same of the blocks of a part that came with their proof, and the tops over them, while nobody adds to it
	dutyRecord       record.Kind = "duty"    // name: how far a duty is, and who does it
	contactRecord    record.Kind = "contact" // user, author: a contact; and user alone: what has come from strangers
	heldRecord       record.Kind = "held"    // user, collection: the entry that is held back from the user's feed
	usageRecord      record.Kind = "usage"   // user, number: a part of the user's Usage
	unfinishedRecord record.Kind = "part"    // author, digest: of how many bytes a version may be that has not come whole, and since when
	goneRecord       record.Kind = "gone"    // hour since 1970, collection: the items that were withdrawn then, or all if it has ended then, as transport.Bits
	ageRecord        record.Kind = "age"     // author, digest: when a version came into a cache, in seconds since 1970, and the ids of the collections that hold it
)

// The kinds of the topics on the bus.
const (
	userTopic       record.Kind = "user"       // user: there is news
	collectionTopic record.Kind = "collection" // collection: partial versions have come, or are not awaited any more
)

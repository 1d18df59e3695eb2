// Package label says how available the items of a collection are, and what may
// therefore be done with them.
//
// An item is one piece of data, such as a photo. Its versions, named by a
// [Ladder] from the smallest to the complete one, need not all be on the
// network: a camera may share thumbnails while the originals are still on its
// card. Until the complete version is there, the item carries a label.
//
// What is known about an item is its [Rank]: a generation and a level within
// it. Ranks are joined by taking the greater one, so whoever hears the same
// news, in whatever order and however often, ends with the same rank, and an
// old message can never bring a label back. Only a new generation does: it
// takes back availability that was lost.
//
// A collection writes and shows its labels in one of three ways, its [Kind]:
// as a flag, as a Boolean, or as a degree. The kind matters to people and to
// the wire, never to a join.
//
// What a holder may do is decided by a [Policy], which grants [Rights] to a
// version from the label, the ladder, what is held here and whether the holder
// is the author. A [Gate] is a policy made into a table; every call that can
// reach the network or hand data out asks it first, and what it refuses comes
// with a [Refusal]: the note that a user interface shows.
//
// The package is pure: no input or output, clock, randomness or goroutine. All
// its values may be used by several goroutines at once, as long as nobody
// changes a Ladder that is in use.
package label

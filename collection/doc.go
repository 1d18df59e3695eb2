// Package collection is the label-aware collection: items whose complete
// versions may not be on the network yet, who shares them with whom, and the
// labels that say which are missing.
//
// A Collection has a Header and a Body, and is made of three things that change
// for different reasons and at different hands:
//
//   - The fixed part says who shares what with whom: id, author, authority, item
//     ids, recipients, completers. It never changes; its SHA-256 is the
//     collection's Identity.
//   - The edition holds what the author may edit: title, captions, media types,
//     metadata, digests, previews. The author seals it; see Collection.Edit.
//   - The labels are not stored. They are worked out from the updates that the
//     collection carries, each sealed by its issuer, as the join of what they say:
//     see package label. So updates may come late, twice or out of order, two
//     copies of a collection that have seen the same ones are equal, and an old
//     update can never bring a label back. A collection without updates is all
//     pending.
//
// # Updates
//
// Complete, Advance, Withdraw and TakeBack make an Update, Update.Sign seals it,
// Apply and Merge join it. The author may say anything, a user whom the author
// named as completer raises levels up to complete, and the authority, the hub
// key named in the fixed part, also takes back. What a completer says of a
// generation that nobody opened yet is kept and counts once it is opened.
//
// An update is the word of the key that seals it, and says all that the key has
// said before: Sign sees to that. So a collection carries one update of a key,
// the greatest, and of an issuer those of 16 keys at most; nobody's updates take
// the place of another issuer's, except that nothing else is carried of what the
// authority says of all items. Whoever seals words that contradict each
// other, or too many, loses some of them and harms nobody else. In what order
// updates come does not matter; the rule and its proof stand at fixed.join.
//
// # Albums that grow, shrink and end
//
// Who and what never change inside a collection, so a change is a successor, made by
// Succeed: another collection of the author's that names what it replaces. Albums shows
// those that belong together as one, also where two stations have each made a successor.
// End, the author's seal, ends a collection for good: nothing is said of it any more, and
// nothing that is joined to it brings it back.
//
// # Trust
//
// Nothing in this package but Verify and Checker looks at seals; they return a
// Verified collection, which those who act on labels should ask for. Seals are
// made and verified over statements of some hundred bytes by a Signer and a
// Verifier, which package signature provides. A user who starts with a key has the id
// that UserOf derives of it, so that nobody can name another key for that user; whose
// other keys count, the user's roster says, see package signature. The key of an
// authority, in the fixed part, is its root key: a Verifier returns it for the seals of all
// its operating keys.
//
// # Encoding
//
// The encoding is one deterministic CBOR item (RFC 8949, section 4.2.1), and
// collection.cddl beside this file is its normative description. Columns, not
// rows: item ids are one byte string, labels one packed column, digests one
// byte string a version. Decoding therefore takes a bounded number of steps for
// any number of items. There is one encoding of a collection, and every other
// input is refused with an *Error that has the offset.
//
// # Memory and concurrency
//
// Collections and updates are immutable values. Copies are cheap, share their
// columns, and may be used by several goroutines. Decode and DecodeUpdate keep
// their input, which must not be changed afterwards; UnmarshalBinary copies it.
// What is returned is the caller's own, except where the method says otherwise.
// The package does no input or output and has no clock and no randomness.
package collection

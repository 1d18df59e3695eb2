// Package engine holds the rules of the exchange, for every role, as one pure
// function: [Rules.Step] takes the state of one collection at one station and
// an event, and returns the next state and the effects to perform. It has no
// input or output, clock, randomness or goroutine; what it must know of other
// collections arrives with the event.
//
// The shell around it, package transport/internal/station in a hub and a peer, does
// four things, in this order: verify what came, step, store the state together with
// the notifications of the effects in one batch, and only then tell anyone. State
// that is stored never runs ahead of the bytes: an event that says that bytes are
// stored comes after they are durable.
//
// # The rules
//
//  1. A share by somebody who is neither author nor completer is refused; so is
//     a share of a known collection whose fixed parts differ.
//  2. Missing = what the rules require of the sender ∩ what it can upload − what
//     is held. What a peer that has the complete version does not offer does not
//     count as asked for any more, unless a device has made it; it is taken when
//     it comes.
//  3. The recipients are told of a collection as soon as the author's seal stands,
//     whatever is still to come: a version that was asked for and is not here is
//     pending. The coming of partial versions alone is no news. A share of a
//     collection that is not known yet and that brings nothing, since its sender
//     has but edited something, is no reason to tell.
//  4. No label goes before the author has sealed the complete version's digest,
//     the required versions are stored, and a peer that may complete has
//     announced the complete version and was checked. The author's own word, an
//     update sealed by the station that announces, counts before the check: labels go
//     and the recipients are told at once; the authority's seal, letters and the
//     author's other collections wait for the check. If that finds the word false, labels
//     come back, the recipients are told, and the author's stations are checked before
//     anything goes from then on. Completers always are. A word that comes without a
//     source that serves the items, or while something is waited for, is taken back at
//     once, and nobody is told.
//  5. A label goes in every collection of the author that holds the item.
//  6. What is withdrawn stays withdrawn, unless its author takes it back: a
//     station of the author's withdraws again what the authority has reopened
//     without knowing.
//  7. Whoever was told is told again when availability, the title or a caption
//     changes, once for all the changes that are stored together. What is told is the latest
//     state, in one entry of the user's feed; what is news about it each of the user's
//     stations finds by what it was told last: to one that begins, or has lost its disk, all
//     is. They take in silently what leaves all as it was seen, such as another seal. Of
//     what a user may not read any more, the entry keeps the name alone.
//  8. Where no authority validates, a peer vouches with its own user's key, if
//     that user may complete, for what it serves itself, and tells.
//  9. Where labels are degrees, an item's advances to d when its first d versions
//     are stored and nothing else that was asked for of it is missing. While an
//     upload is coming in, labels change for many of its versions at once. Of
//     levels alone nobody is written a letter.
//  10. What a source does not have at several probes in a row it does not serve any
//     more; what nobody serves then is taken back, and the hub tells, whoever
//     told before. A station that has sealed another address serves there what it served
//     at the one before, and at that no more.
//  11. Who is known by a mail address only is written to by the hub, also where
//     the sender tells the users; who has become a user since is told as soon as
//     the authority has said so.
//  12. Partial versions that the rules require and the peer that shares cannot
//     supply are asked of others who serve the items, one after the other; until
//     all have answered, rule 4 counts them as asked for.
//  13. The authority takes no edition that lacks or contradicts a digest or a preview
//     that it has sealed. The station of the author's that has made one makes another
//     on top of the authority's, later than both, with its own words.
//  14. Versions with one digest are asked for once, and are here when one of them
//     is, in whatever items and places of the ladder they occur. Labels do not
//     follow from that: an item that is withdrawn or lost is so alone, and what a
//     station serves or has lost is told item by item.
//  15. The seal of a key that was revoked is none, also if it comes after the
//     revocation. What the authority has sealed stands; but nothing new is told of
//     it, and letters that have not left wait, until a station of the author's has
//     sealed it again. One that had not met it before does not, and serves nothing of
//     it: it would have the authority's word alone. What nobody serves is taken back
//     all the same (rule 10), so that who asks for it finds a label.
//  16. What a key says of a collection is one update, which says all that the key has
//     said before. A station that meets another word of its own key, which the one that
//     stands does not cover, says both again: it has lost what it knew. So it does when it
//     says another thing while a word of its own is on its way to the hub.
//  17. To whom the authority has resolved an address, all but complete versions are open;
//     complete ones when a station of the author's has accepted that. The authority tells the
//     author whom there is to accept, and who was accepted that there is more.
//  18. Partial versions that have expired are asked of those who serve the items, as those
//     of rule 12 are, when somebody who may read them asks for them. No label changes by it.
//  19. What its author has ended is not served or shown to anybody else. A share of it is
//     answered with the End, and asked for nothing; an announcement is refused. The authority
//     says nothing of it any more. Whoever was told is told so once, without a letter. An End
//     whose key is revoked does not stand: all goes on as it was, and that is told.
//  20. A reader of what a successor has replaced who is missing from any head of the album
//     reads nothing of it any more, in no head: to that user none of it is there, and the
//     entries in the feed keep the names alone. Of what has ended the End is told all the same.
//     Where the head without that user ends, all is as it was, and is told anew.
//  21. Where no authority validates, a station that others reach tells the recipients of what it
//     holds, whoever has made it, as soon as it has met it, and of what is new of it: unless its
//     user is the author, who publishes, or the recipients are more than 256. It says nothing
//     itself by that. Others' news that adds nothing is not told again.
package engine

// Package notify holds the notifications of the exchange: what they say, who is
// told what, and how newer news takes the place of older.
//
// A recipient is told twice in the usual course of things: when a collection
// is shared, as soon as its author has sealed it, and when its complete versions are
// on the network. The thumbnails that come in between are no news of their own. Fifty photos completed are one notification: what has not been
// delivered is replaced by what is newer ([Coalesce]), and what is delivered
// twice is recognised by its [ID].
//
// The package is pure: it sends nothing. A [Channel] does, such as mail or a
// chat in a module of its own.
package notify

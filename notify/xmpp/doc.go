// Package xmpp delivers letters by chat (RFC 6120, RFC 6121): a [notify.Channel] for members who
// have chosen it, over one connection of the hub's own account.
//
// An address is that of a person, such as bob@chat.example.org, or an address (RFC 5122) that says
// the same: xmpp:bob@chat.example.org. With ?join behind it, it is a group's (XEP-0045, XEP-0147): the
// channel joins, and writes to all who are there. A message says who shares, the title, how much is
// there, and where the rest can be seen; the cover comes within it (XEP-0231), as the thumbnail of
// a file that has no sources (XEP-0447) while it has a label. When the label has gone, the next message
// attaches sources to the first (XEP-0367): the stations that serve the original, since originals
// never come from the hub. They ask who calls: a program that is no station of the member's shows the
// link instead. Messages on one collection have one thread. Texts are escaped: what people have written is never XML.
//
// Who lets the account see their presence (the channel grants and asks for it when they do) is not
// written to while all their devices say that they do not want to be disturbed: Deliver fails
// with [ErrBusy], so that its caller tries again later, and newer news takes the place of older.
package xmpp

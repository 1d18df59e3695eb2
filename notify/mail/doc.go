// Package mail delivers letters by SMTP: a [notify.Channel] for people who are known by a mail
// address. A hub takes it as mail.Config.Channel of transport/hub/mail.
//
// A letter is text and HTML with the cover inline, in the reader's language. The letters on one
// collection make one thread: the first has a Message-ID that is derived from it, which the others
// answer. All of what a relay's DKIM signature covers is derived from the letter, so that a
// repeat has the same From, To, Date, Subject and Message-ID; the body is 7-bit, with short
// lines, so that no relay has to change it. List-Unsubscribe (RFC 2369) works with one click
// (RFC 8058), at the handler that [Unsubscribe] returns.
//
// What an author has written, the title and the author's name, never becomes a header or markup;
// an address that is none is refused. What comes back as a report of failed delivery (RFC 3464) is
// read by [ReadBounce], and told to the hub's Mailer.Bounced.
package mail

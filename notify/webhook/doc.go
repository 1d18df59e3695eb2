// Package webhook delivers letters to programs: a [notify.Channel] that posts CloudEvents 1.0, in
// their JSON format in structured mode, signed as Standard Webhooks 1.0 say.
//
// An address is an https URL whose fragment is the secret of the one who receives, such as
// https://example.org/hook#whsec_…, as [NewSecret] makes it: so each receiver has a secret of
// its own, which is kept where the address is and never sent. HMAC-SHA256 over the message's id,
// its time and its body: most languages have a library that checks that, and a receiver needs no
// key of the hub's, as signatures of HTTP messages (RFC 9421) would need. [Receive] does it
// in Go.
//
// Receivers are dialled under the rules of httplink.PublicTransport: no letter reaches a private
// network that the operator has not listed, and no redirection is followed.
package webhook

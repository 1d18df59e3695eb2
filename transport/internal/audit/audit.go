// Package audit logs what matters to the security of a station: one record an event, at the
// level of warnings, with the message "security" and the event's name in the attribute
// "event". Names stay: operators count them and raise alarms.
//
//	event              what has happened                                           attributes
//	unauthenticated    a request came whose caller is not known                    route
//	replayed           a sealed request came twice                                 route
//	key revoked        a key that was revoked has sealed something                 route, user
//	key refused        a statement on keys contradicts what is known, or is none   error
//	key news refused   what came of revoked keys answers no question, or is old    error
//	seal refused       something came whose seal does not verify                   route, user
//	forbidden          a caller asked for what it may not do                       route, user
//	quota              a caller has used what one user may have                    route, user
//	enrolment refused  a station asked to join that nobody has invited or admitted  route
//	stalled            a caller was broken off since it sent or took too little    route, user
//	spot check failed  a source does not serve what it has announced               user, collection
//	source dropped     it failed too often, and counts no more                     user, collection
//	reader unaccepted  a user reads by the word of the hub alone                   user, collection
//
// The user is missing where nobody is known. Users, keys and collections are named by ids. Nothing else of a person is logged
// here: no token, address, URL, title or caption, nor any text that a caller chose.
package audit

import (
	"context"
	"log/slog"
)

// Event is the name of an event.
type Event string

// The events: see the package comment.
const (
	Unauthenticated Event = "unauthenticated"
	Replayed        Event = "replayed"
	KeyRevoked      Event = "key revoked"
	KeyRefused      Event = "key refused"
	KeyNewsRefused  Event = "key news refused"
	SealRefused     Event = "seal refused"
	Forbidden       Event = "forbidden"
	Quota           Event = "quota"
	Stalled         Event = "stalled"
	EnrolRefused    Event = "enrolment refused"
	SpotCheckFailed Event = "spot check failed"
	SourceDropped   Event = "source dropped"

	ReaderUnaccepted Event = "reader unaccepted"
)

// Log logs an event. Attributes are pairs, as those of slog.Logger.Warn.
func Log(log *slog.Logger, e Event, attributes ...any) {
	log.With("event", e).Log(context.Background(), slog.LevelWarn, "security", attributes...)
}

// Package otelevent turns the events of a hub or a peer into metrics and spans of OpenTelemetry.
// It has no hooks of its own: package event tells all that it knows.
//
//	events, err := otelevent.New(otelevent.Config{Meters: meters, Tracers: tracers})
//	…
//	h, err := hub.New(ctx, signer, hub.Config{Events: events})
//
// Providers, exporters and what names the station (service.name and the like, a resource of
// OpenTelemetry) are the program's; nothing global is read or set. Names and units:
//
//	glimpse.events               counter, {event}: every event
//	glimpse.news.items           histogram, {item}: items of each collection that arrived
//	glimpse.transfer.size        histogram, By: of versions that have come whole
//	glimpse.transfer.duration    histogram, s: from their first bytes to their last
//	glimpse.hand_over.duration   histogram, s: from a share that was not known to the end of its hand-over
//	glimpse.completion.duration  histogram, s: from a collection's arrival with labels to the news
//	                             that none is left
//
// Their attributes have few values, whatever users do: glimpse.event.kind, a word of
// event.Kind; glimpse.reason, one of notify.Reason; glimpse.doing, the work of which
// event.Failed tells; error.type, the kind of an error in package transport, or "_OTHER". No
// user, collection, item, title or text of an error is among them.
//
// Spans are named glimpse.transfer, glimpse.hand_over and glimpse.completion, and are made when
// they end. They have what package event would log: ids of users, collections and items,
// never what a person wrote. One that breaks off, as event.HandedOver with an error does, has
// the status Error.
//
// When something began is kept in memory, of 4,096 things at most. What began before the
// process, or before as many others, is counted when it ends, without a duration or a span; so
// is a version that came at once.
package otelevent

package device

import "github.com/glimpse-go/glimpse/transport/internal/record"

// The kinds of records that a device keeps, with what they are of, and what they
// hold.
const (
	collectionRecord   record.Kind = "c"        // collection: as the device has made it
	pieceRecord        record.Kind = "more"     // collection, number: what of it the records before do not hold, each of which is full
	addressesRecord    record.Kind = "t"        // collection: the mail addresses that a draft is for
	untoldRecord       record.Kind = "s"        // collection to be told of: it has not been shared yet, or the answer is not known; empty
	notificationRecord record.Kind = "o"        // recipient, collection: the notify.Notification that waits
	settingsRecord     record.Kind = "settings" // the user's transport.Settings
)

package labtest

import (
	"cmp"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// Restart makes the hub again on a store, such as one that crashes; that of the
// station stays.
func (w *World) Restart(store transport.Store) {
	usual := w.Hub.HubConfig()
	cfg := w.cfg
	cfg.Store, cfg.Dial, cfg.Now, cfg.Random, cfg.Beside, cfg.Probes = store, usual.Dial, usual.Now, usual.Random, usual.Beside, usual.Probes
	cfg.UpkeepInterval = cmp.Or(cfg.UpkeepInterval, usual.UpkeepInterval)
	Must(w.T, w.Hub.StartHub(w.T.Context(), cfg))
}

// Configure makes the hub again with another config, which stays.
func (w *World) Configure(change func(*hub.Config)) {
	change(&w.cfg)
	w.Restart(w.Hub.Store)
}

// Labelled counts the labels of a collection at the hub.
func (w *World) Labelled(reader collection.UserID, name collection.Name) int {
	w.T.Helper()
	s, err := w.Hub.Hub.As(reader).Collection(w.T.Context(), name)
	Must(w.T, err)
	c, err := collection.Decode(s.Collection)
	Must(w.T, err)
	return c.Labelled()
}

// Waiting lists what the hub has to tell a user, the user's own collections aside, of which the user's stations here have read
// nothing yet.
func (w *World) Waiting(user collection.UserID) []transport.Entry {
	w.T.Helper()
	var asked transport.ChangesRequest
	for _, peer := range w.peers {
		if peer.User == user {
			at, err := lab.HasRead(w.T.Context(), peer.Store, transport.Source{})
			Must(w.T, err)
			if at.Number > asked.After.Number {
				asked.After = at
			}
		}
	}
	d, err := w.Hub.Hub.As(user).Changes(w.T.Context(), asked)
	Must(w.T, err)
	return slices.DeleteFunc(d.Entries, func(e transport.Entry) bool {
		return e.Notification.Author == user && e.Notification.Reason != notify.Resolved
	})
}

// Probes has the hub probe what peers serve.
func (w *World) Probes() {
	w.T.Helper()
	Must(w.T, w.Hub.Hub.Probe(w.T.Context()))
}

// Expires has the hub's cache of all that is older than a time expire.
func (w *World) Expires(before time.Time) {
	w.T.Helper()
	Must(w.T, w.Hub.Hub.Expire(w.T.Context(), before))
}

// Revokes ends a station's credential.
func (w *World) Revokes(s *lab.Station) {
	w.T.Helper()
	Must(w.T, w.Hub.Hub.Accounts().Revoke(w.T.Context(), s.User, s.Name))
}

// Letters delivers the letters that are due and returns those that came.
func (w *World) Letters(to *notify.Memory) []notify.Letter {
	w.T.Helper()
	before := len(to.Letters())
	_, err := w.Hub.Hub.Mail().Deliver(w.T.Context())
	Must(w.T, err)
	return to.Letters()[before:]
}

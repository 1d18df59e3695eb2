package hub

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// How often Run looks for what is to be done.
const (
	resumeInterval = 5 * time.Second
	upkeepLook     = time.Minute
)

// Run does all that a hub does by itself, until ctx ends or the hub is closed, each in a loop
// of its own, so that none waits for another:
//
//   - [Hub.Resume] every 5 seconds: what has failed, or was left by another process, goes on;
//   - [Hub.Probe] and [Hub.Expire], in a round every Config.UpkeepInterval, for which it looks
//     every minute: are originals still served, and what is older than Config.KeepVersions;
//   - [mail.Mailer.Run] of [Hub.Mail], if letters are written.
//
// A program runs one of it in each process of a hub. What fails is told as event.Failed and
// tried again after a pause, a second at first, that doubles up to a minute. When ctx ends, what
// is under way breaks off or finishes, nothing of it is lost, and Run closes the hub as
// [Hub.Close] does. The error is that of Close, which is given up after 20 seconds.
func (h *Hub) Run(ctx context.Context) error {
	return station.RunUntil(ctx, h.running, h.Close, h.failed, h.loops()...)
}

func (h *Hub) loops() []station.Loop {
	all := []station.Loop{
		{Name: "resume", Do: station.Every(resumeInterval, h.Resume)},
		{Name: "probe", Do: station.Every(upkeepLook, h.Probe)},
		{Name: "expire", Do: station.Every(upkeepLook, h.expireOld)},
	}
	if h.cfg.Mail.Writes() {
		all = append(all, station.Loop{Name: "write letters", Do: station.Every(0, h.mail.Run)})
	}
	return all
}

// expireOld has expire what is older than the Config says.
func (h *Hub) expireOld(ctx context.Context) error {
	var before time.Time
	if h.cfg.KeepVersions > 0 {
		before = h.cfg.Now().Add(-h.cfg.KeepVersions)
	}
	return h.Expire(ctx, before)
}

// failed tells that a loop tries something again.
func (h *Hub) failed(doing string, err error, _ time.Duration) {
	h.tell(event.Event{Kind: event.Failed, Doing: doing, Err: err})
}

// tell tells an event, and logs it.
func (h *Hub) tell(e event.Event) { station.Tell(h.cfg.Events, h.cfg.Log, e) }

package peer

import (
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// What Run does every so often.
const (
	dueInterval   = time.Hour // if nothing is due before
	partsInterval = time.Hour
)

// Run does all that a peer does by itself, until ctx ends or the peer is closed, each in a
// loop of its own, so that none waits for another:
//
//   - it receives, from the hub, or what was handed over, and from each of Config.Homes, and
//     tells what comes as events: see event.Arrived and event.Changed;
//   - it fetches what is wished for, every Config.Retry and when news has come: see
//     [Reader.RetryWishes];
//   - it publishes what is due, at its time, goes on with telling recipients and with
//     announcing, and says where the peer serves if that is elsewhere than before: see
//     [Author.PublishDue];
//   - it tells those who hold a collection that names no authority what is new of it, every
//     Config.Retry and when there is news: see [Author.PublishDue];
//   - it asks of whom keys were stopped, every Config.KeyInterval: see [Peer.RefreshKeys];
//   - it removes what has not come whole, every hour: see [Peer.ExpireParts].
//
// What fails is told as event.Failed and tried again after a pause, a second at first, that
// doubles up to a minute, up to an hour for what is due: that the hub or a peer has stopped is
// no reason to end. When ctx ends, what is under way breaks off or finishes, nothing of it is
// lost, and Run closes the peer as [Peer.Close] does. The error is that of Close, which is
// given up after 20 seconds. A program that has a schedule of its own calls the single steps
// instead.
func (p *Peer) Run(ctx context.Context) error {
	return station.RunUntil(ctx, p.running, p.Close, p.failed, p.loops()...)
}

func (p *Peer) loops() []station.Loop {
	all := []station.Loop{
		{Name: "receive", Do: p.receiving(p.Reader.Receive)},
		{Name: "fetch wishes", Do: station.Every(p.cfg.Retry, p.Reader.RetryWishes), Wake: p.Reader.wishing},
		{Name: "publish", Do: p.publishing, Wake: p.Author.scheduled, Longest: time.Hour},
		{Name: "gossip", Do: station.Every(p.cfg.Retry, p.gossip), Wake: p.gossiping},
		{Name: "expire parts", Do: station.Every(partsInterval, p.ExpireParts)},
	}
	if p.cfg.Hub != nil {
		all = append(all, station.Loop{Name: "refresh keys", Do: station.Every(p.cfg.KeyInterval, p.RefreshKeys)})
	}
	for _, home := range p.cfg.Homes {
		all = append(all, station.Loop{Name: "receive", Do: p.receiving(func(ctx context.Context) ([]notify.Notification, error) {
			news, err := p.Reader.ReceiveFrom(ctx, home)
			if err != nil {
				err = &homeError{home.User, err}
			}
			return news, err
		})})
	}
	return all
}

// receiving receives once, and tells what is new.
func (p *Peer) receiving(receive func(context.Context) ([]notify.Notification, error)) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		news, err := receive(ctx)
		for _, n := range news {
			p.tellNews(n)
		}
		if len(news) > 0 {
			wake(p.Reader.wishing)
		}
		return 0, err
	}
}

func (p *base) tellNews(n notify.Notification) {
	e := event.Of(event.Changed, n.Name())
	if e.News = &n; n.Reason == notify.Shared {
		e.Kind = event.Arrived
	}
	p.tell(e)
}

// publishing publishes what is due, and says when to do so again.
func (p *Peer) publishing(ctx context.Context) (time.Duration, error) {
	next, err := p.Author.publishDue(ctx)
	wait := dueInterval
	if !next.IsZero() {
		wait = min(wait, max(next.Sub(p.cfg.Now()), time.Millisecond))
	}
	return wait, err
}

// homeError says which other user's peer something failed at.
type homeError struct {
	user collection.UserID
	error
}

// Unwrap returns the cause.
func (e *homeError) Unwrap() error { return e.error }

// failed tells that a loop tries something again.
func (p *base) failed(doing string, err error, _ time.Duration) {
	e := event.Event{Kind: event.Failed, Doing: doing, Err: err}
	if at, ok := errors.AsType[*homeError](err); ok {
		e.User, e.Err = at.user, at.error
	}
	p.tell(e)
}

// tell tells an event, and logs it.
func (p *base) tell(e event.Event) { station.Tell(p.cfg.Events, p.cfg.Log, e) }

// tellOf tells an event about one version.
func (p *base) tellOf(k event.Kind, ref transport.Ref, err error) {
	p.tell(event.Event{Kind: k, Ref: ref, Err: err})
}

// progress tells how far a version has come.
func (p *base) progress(ref transport.Ref, done, total int64) {
	p.tell(event.Event{Kind: event.Progress, Ref: ref, Done: done, Total: total})
}

// wake has a loop go on that may be resting.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it goes on anyway
	}
}

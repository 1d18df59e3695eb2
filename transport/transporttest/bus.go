package transporttest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// Bus checks a bus against the contract of transport.Bus. Open returns the end of a bus
// that nobody has used; called again with the same t, another end of the same bus, as
// a further process has one. While a suite runs, the bus may not lose what it carries.
func Bus(t *testing.T, open func(t testing.TB) transport.Bus) {
	try(t, open, busTrials())
}

func busTrials() []trial[transport.Bus] {
	return []trial[transport.Bus]{
		{"publish wakes who subscribed, in all processes", busWakes},
		{"publish wakes all who subscribed", busWakesAll},
		{"publish wakes for its topics only", busTopics},
		{"publish takes several topics", busSeveral},
		{"a topic is as long as a key may be", busLongTopics},
		{"publish wakes once", busOnce},
		{"wakes that were not received are one", busCoalesces},
		{"publish does not wait for who is woken", busDoesNotWait},
		{"a subscription counts from the return on", busFromReturn},
		{"a subscription hears nothing from before", busNotBefore},
		{"subscriptions at once all count", busAtOnce},
		{"stop ends a subscription and no other", busStop},
		{"publish after its context", busPublishOver},
		{"subscribe after its context", busSubscribeOver},
		{"a subscription outlives its context", busOutlives},
	}
}

// subscribe subscribes until the test ends.
func subscribe(t testing.TB, b transport.Bus, topic string) <-chan struct{} {
	t.Helper()
	woken, stop, err := b.Subscribe(t.Context(), topic)
	want(t, err, nil)
	t.Cleanup(stop)
	return woken
}

func publish(t testing.TB, b transport.Bus, topics ...string) {
	t.Helper()
	want(t, b.Publish(t.Context(), topics...), nil)
}

// wakes fails unless a wake comes.
func wakes(t testing.TB, woken <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-woken:
	case <-time.After(patience):
		t.Fatalf("%s: nobody is woken", what)
	}
}

// settle waits until what is published now has come, and with it, most likely, what was
// published before.
func settle(t testing.TB, from, to transport.Bus) {
	t.Helper()
	for i := range 3 {
		woken, stop, err := to.Subscribe(t.Context(), "settle")
		want(t, err, nil)
		publish(t, from, "settle")
		wakes(t, woken, fmt.Sprint("settling ", i))
		stop()
	}
}

// quiet returns how many wakes have come that were not received.
func quiet(t testing.TB, from, to transport.Bus, woken <-chan struct{}) (n int) {
	t.Helper()
	for {
		settle(t, from, to)
		select {
		case _, open := <-woken:
			if !open {
				t.Fatalf("the channel is closed")
			}
			n++
		default:
			return n
		}
	}
}

func busWakes(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	here, there := subscribe(t, a, "news"), subscribe(t, b, "news")
	for i := range 10 {
		publish(t, a, "news")
		wakes(t, here, fmt.Sprint("publish here ", i))
		wakes(t, there, fmt.Sprint("publish to another process ", i))
		publish(t, b, "news")
		wakes(t, here, fmt.Sprint("publish from another process ", i))
		wakes(t, there, fmt.Sprint("publish there ", i))
	}
}

func busWakesAll(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	var all []<-chan struct{}
	for i := range 8 {
		all = append(all, subscribe(t, []transport.Bus{a, b}[i%2], "news"))
	}
	for range 3 {
		publish(t, a, "news")
		for i, woken := range all {
			wakes(t, woken, fmt.Sprintf("subscription %d of %d", i, len(all)))
		}
	}
}

// busTopics has topics that begin with others, or look as if they named several.
func busTopics(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	topics := []string{"a", "a/b", "a/b/c", "a-b", "ab", "b", "a/c"}
	var all []<-chan struct{}
	for _, topic := range topics {
		all = append(all, subscribe(t, b, topic))
	}
	publish(t, a)
	publish(t, a, "nobody")
	for i, topic := range topics {
		publish(t, a, topic)
		wakes(t, all[i], topic)
		for j := range all {
			if quiet(t, a, b, all[j]) > 0 {
				t.Errorf("publish of %s wakes who subscribed to %s", topic, topics[j])
			}
		}
	}
}

func busSeveral(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	var topics []string
	var all []<-chan struct{}
	for i := range 100 {
		topics = append(topics, fmt.Sprintf("user/%d", i))
		all = append(all, subscribe(t, b, topics[i]))
	}
	publish(t, a, topics...)
	for i, woken := range all {
		wakes(t, woken, topics[i])
	}
}

func busLongTopics(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	part := strings.Repeat("x", 64)
	long := strings.Join([]string{part, part, part, part[:60]}, "/")
	one, other := subscribe(t, b, long), subscribe(t, b, long[:254]+"y")
	publish(t, a, long)
	wakes(t, one, "a topic of 255 bytes")
	if quiet(t, a, b, other) > 0 {
		t.Error("who subscribed to another topic of 255 bytes is woken")
	}
}

func busOnce(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	woken := subscribe(t, b, "news")
	for range 5 {
		publish(t, a, "news")
		wakes(t, woken, "publish")
		if quiet(t, a, b, woken) > 0 {
			t.Fatalf("a publish wakes more than once")
		}
	}
}

// busCoalesces publishes often while nobody receives. A few wakes may be under way
// when one is received, but not most of them.
func busCoalesces(t testing.TB, open opener[transport.Bus]) {
	const times = 200
	a, b := open(t), open(t)
	woken := subscribe(t, b, "news")
	for range times {
		publish(t, a, "news")
	}
	wakes(t, woken, "publish")
	if n := quiet(t, a, b, woken); n > times/4 {
		t.Errorf("%d wakes of %d that were not received are kept", n+1, times)
	}
	publish(t, a, "news")
	wakes(t, woken, "publish after that")
}

func busDoesNotWait(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	subscribe(t, a, "news")
	subscribe(t, b, "news")
	other := subscribe(t, b, "other")
	soon(t, "publish to who does not receive", func() error {
		for range 2000 {
			if err := a.Publish(t.Context(), "news", "other"); err != nil {
				return err
			}
		}
		return nil
	})
	wakes(t, other, "publish beside who does not receive")
}

func busFromReturn(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	for i := range 50 {
		topic := fmt.Sprintf("topic/%d", i)
		woken := subscribe(t, b, topic)
		publish(t, a, topic)
		wakes(t, woken, "publish as soon as Subscribe has returned")
	}
}

func busNotBefore(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	witness := subscribe(t, b, "news")
	publish(t, a, "news")
	wakes(t, witness, "publish")
	settle(t, a, b)
	if woken := subscribe(t, b, "news"); quiet(t, a, b, woken) > 0 {
		t.Error("a subscription is woken by what was published before")
	}
}

// busAtOnce has many that stop a subscription and begin another one at once, while
// others publish.
func busAtOnce(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	var woken [16]<-chan struct{}
	var stop [16]func()
	for round := range 10 {
		topic := func(i int) string { return fmt.Sprintf("topic/%d/%d", i, round) }
		atOnce(t, len(woken), func(i int) (err error) {
			if round > 0 {
				stop[i]()
			}
			if woken[i], stop[i], err = b.Subscribe(t.Context(), topic(i)); err != nil {
				return err
			}
			return a.Publish(t.Context(), "topic/none")
		})
		for i := range woken {
			publish(t, a, topic(i))
			wakes(t, woken[i], topic(i))
		}
	}
	for i := range stop {
		stop[i]()
	}
}

func busStop(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	others := []<-chan struct{}{subscribe(t, b, "news"), subscribe(t, a, "news")}
	woken, stop, err := b.Subscribe(t.Context(), "news")
	want(t, err, nil)
	for round := range 3 {
		publish(t, a, "news")
		for _, other := range others {
			wakes(t, other, "publish to who goes on")
		}
		if round == 0 {
			wakes(t, woken, "publish before stop")
		}
		stop() // a second time, too
	}
	if quiet(t, a, b, woken) > 0 {
		t.Error("a subscription is woken after its stop")
	}
	again := subscribe(t, b, "news")
	publish(t, a, "news")
	wakes(t, again, "publish after another subscription")
}

func busPublishOver(t testing.TB, open opener[transport.Bus]) {
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	want(t, open(t).Publish(over(t), "news"), context.Canceled)
	want(t, open(t).Publish(late, "news"), context.DeadlineExceeded)
}

func busSubscribeOver(t testing.TB, open opener[transport.Bus]) {
	_, _, err := open(t).Subscribe(over(t), "news")
	want(t, err, context.Canceled)
}

func busOutlives(t testing.TB, open opener[transport.Bus]) {
	a, b := open(t), open(t)
	ctx, cancel := context.WithCancel(t.Context())
	woken, stop, err := b.Subscribe(ctx, "news")
	want(t, err, nil)
	defer stop()
	cancel()
	settle(t, a, b)
	publish(t, a, "news")
	wakes(t, woken, "publish after the end of the context of Subscribe")
}

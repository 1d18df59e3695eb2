package lab

import (
	"context"
	"iter"
	"time"
)

// Clock is a time that passes nowhere but here. It runs tasks one at a time, each
// until it waits, in the order in which they are due. Without tasks it is a time
// that stands still until [Clock.Pass].
type Clock struct {
	now     time.Time
	tasks   []*Task
	current *Task
	started int
}

// Task is something that a station does. While it waits for the network, others
// go on.
type Task struct {
	number int // tasks that are due at once go on in this order
	due    time.Time
	next   func() (time.Duration, bool)
	yield  func(time.Duration) bool
}

// Now is the time.
func (c *Clock) Now() time.Time { return c.now }

// Pass lets time pass while no task runs.
func (c *Clock) Pass(d time.Duration) { c.now = c.now.Add(d) }

// Current is the task that runs now; nil if none does.
func (c *Clock) Current() *Task { return c.current }

// Go makes a task that is due after a time.
func (c *Clock) Go(after time.Duration, work func()) {
	c.started++
	t := &Task{number: c.started, due: c.now.Add(after)}
	t.next, _ = iter.Pull(func(yield func(time.Duration) bool) {
		t.yield = yield
		work()
	})
	c.tasks = append(c.tasks, t)
}

// Wait lets time pass for the task that runs now, if one does.
func (c *Clock) Wait(d time.Duration) {
	if c.current != nil {
		c.current.yield(d)
	}
}

// Pause lets time pass for the task that runs now until it sees over closed, but no
// more than d.
func (c *Clock) Pause(_ context.Context, over <-chan struct{}, d time.Duration) {
	const step = 50 * time.Millisecond
	for until := c.now.Add(d); c.current != nil && c.now.Before(until); c.Wait(step) {
		select {
		case <-over:
			return
		default:
		}
	}
}

// Run goes on until no task is due before a time.
func (c *Clock) Run(until time.Time) {
	for {
		i, t := c.first()
		if t == nil || t.due.After(until) {
			break
		}
		if t.due.After(c.now) {
			c.now = t.due
		}
		c.current = t
		d, waits := t.next()
		c.current = nil
		if waits {
			t.due = c.now.Add(d)
		} else {
			c.tasks = append(c.tasks[:i], c.tasks[i+1:]...)
		}
	}
	if until.After(c.now) && until.Before(end) {
		c.now = until
	}
}

// end is later than everything.
var end = time.Unix(1<<40, 0)

// Finish runs all tasks to their ends.
func (c *Clock) Finish() { c.Run(end) }

// first returns the task that is due first.
func (c *Clock) first() (at int, first *Task) {
	for i, t := range c.tasks {
		if first == nil || t.due.Before(first.due) || t.due.Equal(first.due) && t.number < first.number {
			at, first = i, t
		}
	}
	return at, first
}

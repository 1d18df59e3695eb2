package main

import (
	"context"
	"iter"
	"time"
)

// clock runs tasks one at a time, each until it waits, in the order of a time
// that passes nowhere but here.
type clock struct {
	now     time.Time
	tasks   []*task
	current *task
	started int
}

// task is something that a station does. While it waits for the network, others
// go on.
type task struct {
	number int // tasks that are due at once go on in this order
	due    time.Time
	next   func() (time.Duration, bool)
	yield  func(time.Duration) bool

	requests int // that the task has sent
}

// start makes a task that is due after a time.
func (c *clock) start(after time.Duration, work func()) {
	c.started++
	t := &task{number: c.started, due: c.now.Add(after)}
	t.next, _ = iter.Pull(func(yield func(time.Duration) bool) {
		t.yield = yield
		work()
	})
	c.tasks = append(c.tasks, t)
}

// wait lets time pass for the task that runs now.
func (c *clock) wait(d time.Duration) {
	if c.current != nil {
		c.current.yield(d)
	}
}

// pauseFor lets time pass for the task that runs now until over is closed, but no
// more than d.
func (c *clock) pauseFor(_ context.Context, over <-chan struct{}, d time.Duration) {
	const step = 50 * time.Millisecond
	for until := c.now.Add(d); c.current != nil && c.now.Before(until); c.wait(step) {
		select {
		case <-over:
			return
		default:
		}
	}
}

// run goes on until no task is due before a time.
func (c *clock) run(until time.Time) {
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

// finish runs all tasks to their ends.
func (c *clock) finish() { c.run(end) }

// first returns the task that is due first.
func (c *clock) first() (at int, first *task) {
	for i, t := range c.tasks {
		if first == nil || t.due.Before(first.due) || t.due.Equal(first.due) && t.number < first.number {
			at, first = i, t
		}
	}
	return at, first
}

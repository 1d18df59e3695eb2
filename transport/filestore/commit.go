package filestore

import (
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// request is somebody's who wants changes to be made together.
type request struct {
	conditions []transport.Condition
	changes    []change
	version    uint64 // that the changes have made
	err        error
	turn       chan bool // receives true to commit the next group, false when all is done
}

// queue are the requests that wait for the next group.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	leading bool       // somebody commits a group
	commit  sync.Mutex // who commits has it
}

// maxGroup is how many bytes of keys and values make a group full. One request may have
// more.
const maxGroup = 8 << 20

// apply makes changes, if conditions hold, and returns their version. Requests that come
// while a group is being written and synced are the next group: one of them commits it
// for all.
func (l *recordLog) apply(conditions []transport.Condition, changes []change) (uint64, error) {
	r := &request{conditions: conditions, changes: changes, turn: make(chan bool, 1)}
	if l.queue.join(r) || <-r.turn {
		l.commit(l.queue.group())
		l.queue.pass()
	}
	return r.version, r.err
}

// join puts a request into the queue, and reports whether it is its turn.
func (q *queue) join(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, r)
	first := !q.leading
	q.leading = true
	return first
}

// group takes the first requests from the queue.
func (q *queue) group() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, size := 0, 0
	for ; n < len(q.waiting) && (n == 0 || size < maxGroup); n++ {
		for _, c := range q.waiting[n].changes {
			size += len(c.key) + len(c.value)
		}
	}
	group := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return group
}

// pass passes the turn to the next one that waits, if there is one.
func (q *queue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.leading = len(q.waiting) > 0
	if q.leading {
		q.waiting[0].turn <- true
	}
}

// commit makes the changes of a group whose conditions hold, in order, and tells all of
// the group, the first one aside, which is the caller's.
func (l *recordLog) commit(group []*request) {
	l.queue.commit.Lock()
	defer l.queue.commit.Unlock()
	if err := l.write(l.accepted(group)); err != nil {
		for _, r := range group {
			r.version, r.err = 0, storage(err)
		}
	}
	for _, r := range group[1:] {
		r.turn <- false
	}
}

// accepted assigns versions to the requests of a group whose conditions hold, if those
// before them are made, and returns their changes.
func (l *recordLog) accepted(group []*request) (all []change) {
	made := map[string]uint64{} // versions of records in this group
	version := l.version
	for _, r := range group {
		if r.err = l.check(r.conditions, made); r.err != nil || len(r.changes) == 0 {
			continue
		}
		version++
		r.version = version
		for _, c := range r.changes {
			c.version = version
			all = append(all, c)
			if c.kind == aRecord && len(group) > 1 {
				made[c.key] = c.versionAfter()
			}
		}
	}
	return all
}

// versionAfter is the one that a record has after a change.
func (c change) versionAfter() uint64 {
	if c.removes {
		return 0
	}
	return c.version
}

func (l *recordLog) check(conditions []transport.Condition, made map[string]uint64) error {
	for _, c := range conditions {
		version, ok := made[c.Key]
		if !ok {
			p, _ := l.index[aRecord].Get(c.Key)
			version = p.version
		}
		if version != c.Version {
			return transport.At(transport.ErrConflict, c.Key)
		}
	}
	return nil
}

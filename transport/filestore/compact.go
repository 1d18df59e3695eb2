package filestore

import "errors"

// compaction is what is known of the first segment while what is not out of date in it
// is written anew, a little with each group, so that nobody waits for it. Segments go in
// the order in which they came, each durably before the next one: when a removal comes to
// be left out, nothing that it removed is in the log any more, and nothing comes back.
type compaction struct {
	segment *segment
	window  window
	at      int64   // of the next entry
	found   []found // that are to be looked at
	// Where the segment is damaged, the index says what is in it. This is how far it
	// has been asked.
	rescues bool
	kind    kind
	after   string
}

// found is a value in the segment, which may be out of date.
type found struct {
	kind   kind
	key    string
	offset int64
}

const (
	minCompacted = 32 << 10 // bytes that are compacted with a group at least, if there are so many
	maxCompacted = 2 << 20  // and at most
	rescuedKeys  = 1024     // keys that are asked about at once
)

// compacted returns what is to be written anew with a group: as much as the group has,
// and a little, if more than half of the log is out of date.
func (l *recordLog) compacted(group []change) []change {
	all, live := l.sizes()
	if len(l.segments) == 1 || all-live <= live+l.limits.smallest {
		return nil
	}
	if s := l.segments[0]; l.compaction.segment != s {
		l.compaction = compaction{segment: s, window: window{segment: s, end: s.size}}
	}
	budget := int64(minCompacted)
	for _, c := range group {
		budget += cost(c.key, c.length)
	}
	return l.moved(min(budget, maxCompacted))
}

// moved returns changes that write values of the first segment anew, which cost so much,
// with the search for them.
func (l *recordLog) moved(budget int64) (all []change) {
	c := &l.compaction
	for budget > 0 {
		if len(c.found) == 0 {
			n, more := l.find(c)
			if budget -= n; !more {
				break
			}
			continue
		}
		m, ok, err := l.move(c)
		if err != nil {
			break // later, if it can be read then
		}
		if c.found = c.found[1:]; ok {
			all = append(all, m)
			budget -= cost(m.key, m.length)
		}
	}
	return all
}

// move returns the change that writes the next value anew, if it is not out of date. One
// that is damaged keeps its sum, so that whoever reads it is told.
func (l *recordLog) move(c *compaction) (change, bool, error) {
	f := c.found[0]
	p, _ := l.index[f.kind].Get(f.key)
	if p.segment != c.segment.number || int64(p.offset) != f.offset {
		return change{}, false, nil
	}
	value, err := c.segment.read(p)
	if errors.Is(err, ErrCorrupt) {
		err = nil
	}
	return change{kind: f.kind, key: f.key, version: p.version, length: p.length, sum: p.sum, value: value}, true, err
}

// find finds values in the segment: those of the next entry. It returns what that has
// cost, and whether there may be more.
func (l *recordLog) find(c *compaction) (n int64, more bool) {
	if c.rescues {
		return l.rescue(c), c.kind < kinds
	}
	if c.at >= c.segment.size {
		return 0, false
	}
	h, entry, err := c.window.entry(c.at)
	offset := c.at + h.valuesAt()
	if err == nil && c.at > 0 {
		err = eachChange(entry[entryHead:], func(change change) {
			if !change.removes {
				c.found = append(c.found, found{change.kind, change.key, offset})
			}
			offset += int64(change.length)
		})
	}
	c.rescues = errors.Is(err, ErrCorrupt)
	if err == nil {
		c.at += h.size()
	}
	return h.valuesAt(), err == nil || c.rescues
}

// rescue finds values in the segment by the index.
func (l *recordLog) rescue(c *compaction) (n int64) {
	for key, p := range l.index[c.kind].Ascend("", c.after) {
		if p.segment == c.segment.number {
			c.found = append(c.found, found{c.kind, key, int64(p.offset)})
		}
		c.after = key
		if n++; n == rescuedKeys {
			return n
		}
	}
	c.kind, c.after = c.kind+1, ""
	return n
}

// drop removes the first segment if all in it is out of date, durably. What cannot be
// removed now is tried again.
func (l *recordLog) drop() {
	if len(l.segments) < 2 || l.segments[0].live > 0 {
		return
	}
	s := l.segments[0]
	if err := l.folders.remove(l.path(s.number, "log")); err != nil {
		return
	}
	l.folders.unlink(l.path(s.number, "hint"))
	l.mu.Lock()
	l.segments = l.segments[1:]
	l.mu.Unlock()
	s.file.Close()
}

package station

import (
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
)

// maxLists is how many marks are remembered of all authors' lists, about.
const maxLists = 1 << 20

// list is an author's list in the index of items. It must not be changed.
type list []listedMarks

// listedMarks are marks of items of one collection.
type listedMarks struct {
	id    collection.ID
	marks []byte
}

// size is how many marks there are.
func (l list) size() (n int) {
	for _, some := range l {
		n += len(some.marks) / len(mark{})
	}
	return n
}

// find returns the collections that have one of some marks.
func (l list) find(wanted map[mark]bool) map[collection.ID]bool {
	found := map[collection.ID]bool{}
	for _, some := range l {
		for m := range slices.Chunk(some.marks, len(mark{})) {
			if wanted[mark(m)] {
				found[some.id] = true
				break
			}
		}
	}
	return found
}

// listing is a list, or what is added to one, with the version of the author's head at
// which it is so.
type listing struct {
	version uint64
	list    list
}

// lists remembers authors' lists as they were read last, or written here. What is
// remembered counts while the head has the same version: it may have more than is there,
// of what was folded since. The zero lists are none.
type lists struct {
	mu   sync.Mutex
	of   map[collection.UserID]listing
	size int
}

func (l *lists) get(author collection.UserID, version uint64) (list, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.of[author]
	return known.list, ok && known.version == version
}

// put remembers a list, and forgets others where they are too much together.
func (l *lists) put(author collection.UserID, now listing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[collection.UserID]listing{}
	}
	l.size += now.list.size() - l.of[author].list.size()
	l.of[author] = now
	for other, old := range l.of {
		if l.size <= maxLists {
			break
		}
		delete(l.of, other)
		l.size -= old.list.size()
	}
}

// add adds to a list what was added to it at one version, which made it the next.
func (l *lists) add(author collection.UserID, added listing, next uint64) {
	before, ok := l.get(author, added.version)
	if ok && len(before) <= 2*maxListed {
		l.put(author, listing{next, slices.Concat(before, added.list)})
	}
}

// drop forgets a list.
func (l *lists) drop(author collection.UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.size -= l.of[author].list.size()
	delete(l.of, author)
}

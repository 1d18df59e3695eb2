package scenario

import (
	"slices"
	"strings"
	"sync"
)

// log is what is said while a command is played. It is safe for concurrent use.
type log struct {
	mu      sync.Mutex
	entries []entry
}

// entry is one line. Entries of the same text that follow each other and have
// items are shown as one.
type entry struct {
	text  string
	items []string
}

func (l *log) add(text string, items ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.entries); n > 0 && len(items) > 0 && l.entries[n-1].text == text {
		last := &l.entries[n-1]
		for _, item := range items {
			if !slices.Contains(last.items, item) {
				last.items = append(last.items, item)
			}
		}
		return
	}
	l.entries = append(l.entries, entry{text, items})
}

// take returns the lines and forgets them.
func (l *log) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for _, e := range l.entries {
		slices.Sort(e.items) // a hub probes in random order
		lines = append(lines, e.text+strings.Join(e.items, ", "))
	}
	l.entries = nil
	return lines
}

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// counts say how often runs came to what they are to try. The zero counts are none; several
// runs may count at once.
type counts struct {
	mu sync.Mutex
	of map[string]int
}

// add counts something, n times more; nil counts nothing.
func (c *counts) add(what string, n int) {
	if c == nil || n == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[what] += n
}

// print prints what was counted, in the order of its names.
func (c *counts) print(out io.Writer) {
	for _, what := range slices.Sorted(maps.Keys(c.of)) {
		fmt.Fprintf(out, "%8d %s\n", c.of[what], what)
	}
}

// What is counted of albums that go on.
const (
	wentOn       = "albums that went on"
	wentOnLost   = "albums that went on without their camera, which was lost"
	byCamera     = "successors that a camera made"
	byHome       = "successors that a home made"
	ofHeads      = "successors of several heads"
	ofUnlike     = "successors of heads whose versions were made in different ways"
	endedThere   = "collections that ended"
	readersLeft  = "readers who were left out"
	refusedThere = "collections of which nothing was served to somebody"
)

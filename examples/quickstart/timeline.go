package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/human"
)

// timeline prints the story. It may be used by several goroutines at once.
type timeline struct {
	mu   sync.Mutex
	w    io.Writer
	live bool // w is a terminal: progress is drawn
	bar  bool // a progress bar stands on the line now
	next time.Time
}

// The columns, in characters.
const rowFormat = "%9s  %-13s  %-15s  %8s  %8s  %s\n"

// text prints lines as they are.
func (t *timeline) text(lines ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	for _, line := range lines {
		fmt.Fprintln(t.w, strings.TrimRight(line, " "))
	}
}

// chapter begins a part of the story and explains it.
func (t *timeline) chapter(number int, title string, lines ...string) {
	t.text(append([]string{"", fmt.Sprintf("%d. %s", number, title)}, indent(lines)...)...)
	t.text("", strings.TrimRight(fmt.Sprintf(rowFormat, "took", "who", "what", "sent", "received", ""), " \n"))
}

// number writes a count for progress.
func number(n int64) string { return fmt.Sprint(n) }

// row prints one step: an exchange with another station, or work of one's own.
func (t *timeline) row(e exchange, note string) {
	who, sent, received := e.from, "", ""
	if e.to != "" {
		who, sent, received = e.from+" → "+e.to, human.Size(e.sent), human.Size(e.received)
	}
	t.text(strings.TrimSuffix(fmt.Sprintf(rowFormat, took(e.took), who, e.what, sent, received, note), "\n"))
}

// progress draws how much of something long is done, if w is a terminal.
func (t *timeline) progress(what string, done, total int64, write func(int64) string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if !t.live || total == 0 || now.Before(t.next) && done < total {
		return
	}
	t.next = now.Add(80 * time.Millisecond)
	const width = 30
	full := int(width * min(done, total) / total)
	fmt.Fprintf(t.w, "\r\x1b[K           %-15s %s%s %s of %s", what,
		strings.Repeat("█", full), strings.Repeat("░", width-full), write(done), write(total))
	t.bar = true
}

// wipe removes the progress bar, so that the next line takes its place.
func (t *timeline) wipe() {
	if t.bar {
		fmt.Fprint(t.w, "\r\x1b[K")
		t.bar = false
	}
}

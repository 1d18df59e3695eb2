package program

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/human"
)

// Progress shows how far something is: on a terminal in one line that is drawn anew,
// elsewhere in a line now and then. It is safe for concurrent use.
type Progress struct {
	w    io.Writer
	live bool

	mu    sync.Mutex
	drawn int // characters in the line
	last  time.Time
}

// NewProgress shows progress on w.
func NewProgress(w io.Writer) *Progress {
	return &Progress{w: w, live: human.IsTerminal(w), last: time.Now()}
}

// Show says how far it is.
func (p *Progress) Show(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pause := 10 * time.Second
	if p.live {
		pause = 50 * time.Millisecond
	}
	if time.Since(p.last) < pause {
		return
	}
	p.draw(text)
	p.last = time.Now()
}

// Done ends the line.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live && p.drawn > 0 {
		fmt.Fprintln(p.w)
	}
	p.drawn = 0
}

func (p *Progress) draw(text string) {
	if !p.live {
		fmt.Fprintln(p.w, text)
		return
	}
	n := len([]rune(text))
	fmt.Fprint(p.w, "\r", text, strings.Repeat(" ", max(p.drawn-n, 0)))
	p.drawn = n
}

// Bar draws how much of something is done.
func Bar(done, all int64) string {
	const width = 20
	filled := 0
	if all > 0 {
		filled = int(min(done, all) * width / all)
	}
	return "[" + strings.Repeat("#", filled) + strings.Repeat(".", width-filled) + "]"
}

// Ask asks a person a question that is answered with yes or no; no answer is no, also when
// ctx ends.
func (e Env) Ask(ctx context.Context, question string) bool {
	fmt.Fprint(e.Out, question+" [y/N] ")
	answered := make(chan string, 1)
	go func() { // which may wait for longer
		answer, _ := bufio.NewReader(e.In).ReadString('\n')
		answered <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case answer := <-answered:
		return ctx.Err() == nil && (answer == "y" || answer == "yes")
	case <-ctx.Done():
		fmt.Fprintln(e.Out)
		return false
	}
}

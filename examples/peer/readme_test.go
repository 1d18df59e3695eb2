package main

import (
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

func TestMain(m *testing.M) { programtest.Main(m, "hub", "peer", "camera") }

// TestReadme plays the terminals of README.md with the programs, and compares what they
// print: "…" stands for anything in a line.
func TestReadme(t *testing.T) {
	play := newPlay(t)
	lines := 0
	for line := range strings.Lines(session(t)) {
		play.line(strings.TrimSuffix(line, "\n"))
		lines++
	}
	if lines < 30 {
		t.Errorf("README.md has %d lines of terminals", lines)
	}
}

// session is the text of the terminals.
func session(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var session strings.Builder
	for _, block := range strings.Split(string(text), "```console\n")[1:] {
		lines, _, _ := strings.Cut(block, "```\n")
		session.WriteString(lines)
	}
	return session.String()
}

// play is the terminals as they are played.
type play struct {
	t        *testing.T
	dir      string
	ports    *strings.Replacer
	terminal string
	running  map[string]*programtest.Process // by terminal
	all      []*programtest.Process
}

func newPlay(t *testing.T) *play {
	t.Helper()
	p := &play{t: t, dir: t.TempDir(), running: map[string]*programtest.Process{}}
	p.ports = strings.NewReplacer("127.0.0.1:8443", programtest.Port(t), "127.0.0.1:8444", programtest.Port(t), "127.0.0.1:8445", programtest.Port(t))
	for i, name := range []string{"lake.jpg", "boat.jpg", "hut.jpg"} {
		writePhoto(t, filepath.Join(p.dir, "photos", name), uint8(80*i))
	}
	return p
}

func writePhoto(t *testing.T, name string, shade uint8) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	for i := range m.Pix {
		m.Pix[i] = uint8(i/4%1200/5) ^ shade
	}
	m.Set(0, 0, color.White)
	if err := jpeg.Encode(f, m, nil); err != nil {
		t.Fatal(err)
	}
}

// line plays one line.
func (p *play) line(text string) {
	p.t.Helper()
	command, isCommand := strings.CutPrefix(text, "$ ")
	heading, isHeading := strings.CutPrefix(text, "# ")
	switch {
	case isHeading:
		p.terminal = heading
	case isCommand:
		p.start(command)
	case text != "":
		p.printed(text)
	}
}

// start starts a command in the terminal, when the one before it has ended.
func (p *play) start(command string) {
	p.t.Helper()
	if before := p.running[p.terminal]; before != nil {
		before.Status()
	}
	command, _, _ = strings.Cut(p.ports.Replace(command), " #")
	words := strings.Fields(command)
	for i, word := range words {
		if strings.Contains(word, "…") {
			words[i] = p.copied(word)
		}
	}
	if words[0] == "hub" && words[1] == "-data" || words[0] == "peer" && words[1] == "run" {
		if !strings.Contains(command, "-listen") {
			words = append(words, "-listen", p.ports.Replace(map[string]string{"hub": "127.0.0.1:8443", "peer": "127.0.0.1:8444"}[words[0]]))
		}
	}
	started := programtest.StartIn(p.t, p.dir, programtest.Program(words[0]), words[1:]...)
	p.running[p.terminal] = started
	p.all = append(p.all, started)
}

// copied is what a person copies from what was printed last.
func (p *play) copied(word string) string {
	p.t.Helper()
	pattern := regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(word), "…", `\S+`))
	for i := len(p.all) - 1; i >= 0; i-- {
		if found := pattern.FindAllString(p.all[i].All(), -1); found != nil {
			return found[len(found)-1]
		}
	}
	p.t.Fatalf("nothing like %q was printed", word)
	return ""
}

// printed waits for a line in the terminal, and answers if it is a question.
func (p *play) printed(text string) {
	p.t.Helper()
	at := p.running[p.terminal]
	question, asked := strings.CutSuffix(text, "[y/N] y")
	end := `\r?\n`
	if asked {
		text, end = question+"[y/N]", " "
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(p.ports.Replace(text)), "…", `.*`)
	at.AwaitLine(regexp.MustCompile(`(?m)(^|\[y/N\] )` + pattern + end))
	if asked {
		at.Say("y")
	}
}

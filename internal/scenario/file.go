package scenario

import (
	"strings"
)

// Play plays the commands of a text in a world, and returns the text with what
// they came to this time. The error says which line of the text is wrong.
func Play(w *World, text string) (string, error) {
	var out strings.Builder
	for n, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, "\t") {
			continue // of an earlier time
		}
		out.WriteString(line + "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		block, err := w.play(line)
		if err != nil {
			return out.String(), usage("line %d: %s: %v", n+1, line, err)
		}
		for _, line := range block {
			out.WriteString("\t" + line + "\n")
		}
	}
	return out.String(), nil
}

// play plays one command and returns what it came to.
func (w *World) play(line string) ([]string, error) {
	c, err := parse(line)
	if err != nil {
		return nil, err
	}
	w.log.take()
	err = w.do(c)
	if e, ok := err.(errUsage); ok {
		return nil, e
	}
	block := w.log.take()
	if err != nil {
		block = withRefusal(block, "refused: "+w.explain(err))
	}
	changed, err := w.changes()
	return append(block, changed...), err
}

// withRefusal ends a block with a refusal, unless that was the last answer.
func withRefusal(block []string, text string) []string {
	if n := len(block); n > 0 && strings.HasSuffix(block[n-1], text) {
		return block
	}
	return append(block, text)
}

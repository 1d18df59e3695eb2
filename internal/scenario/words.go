package scenario

import (
	"fmt"
	"strings"
)

// command is a line of a file, taken apart: subject verb words, and what
// follows each of the keywords.
type command struct {
	subject, verb string
	words         []string            // between the verb and the first keyword
	quoted        string              // the text in quotation marks
	after         map[string][]string // what follows a keyword
}

var keywords = set("of for with in from as without completers subs items recipients ladder kind cover upto mail telling by after to on replacing")

func set(words string) map[string]bool {
	s := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		s[word] = true
	}
	return s
}

// errUsage says that a file is wrong, not the exchange.
type errUsage string

func (e errUsage) Error() string { return string(e) }

func usage(format string, args ...any) error { return errUsage(fmt.Sprintf(format, args...)) }

func parse(line string) (command, error) {
	c := command{after: map[string][]string{}}
	before, rest, quoted := strings.Cut(line, `"`)
	if quoted {
		c.quoted, rest, quoted = strings.Cut(rest, `"`)
		if !quoted {
			return c, usage("a quotation mark is missing")
		}
	}
	words := strings.Fields(strings.NewReplacer(",", " ", ":", " ").Replace(before + " " + rest))
	if len(words) < 2 {
		return c, usage("a command is a subject and a verb")
	}
	c.subject, c.verb = words[0], words[1]
	key := ""
	for _, word := range words[2:] {
		switch {
		case keywords[word]:
			key = word
			c.after[key] = nil
		case key == "":
			c.words = append(c.words, word)
		default:
			c.after[key] = append(c.after[key], word)
		}
	}
	return c, nil
}

// one returns the only word of a list.
func one(words []string, what string) (string, error) {
	if len(words) != 1 {
		return "", usage("one %s is wanted, not %d", what, len(words))
	}
	return words[0], nil
}

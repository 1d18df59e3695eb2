package program

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// completeWord asks a program for the words that may follow those behind it.
const completeWord = "complete--"

// Completion is the command that prints what makes bash complete a program's words. It needs
// none of the program's flags.
type Completion struct{}

// Run prints it.
func (Completion) Run(env Env, app *kong.Kong) error {
	return printCompletion(env.Out, app.Model.Name)
}

func printCompletion(to io.Writer, name string) error {
	_, err := fmt.Fprintf(to, `# Put this into ~/.bashrc: source <(%[1]s completion)
_glimpse_%[1]s() {
  mapfile -t COMPREPLY < <(compgen -W "$("$1" %[2]s "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _glimpse_%[1]s %[1]s
`, name, completeWord)
	return err
}

// complete returns the commands and flags that may follow some words.
func complete(app *kong.Application, words []string) (next []string) {
	at := app.Node
	for _, word := range words {
		for _, child := range at.Children {
			if child.Name == word {
				at = child
			}
		}
	}
	for _, child := range at.Children {
		if !child.Hidden {
			next = append(next, child.Name)
		}
	}
	for _, group := range at.AllFlags(true) {
		for _, flag := range group {
			next = append(next, "--"+strings.TrimPrefix(flag.Name, "--"))
		}
	}
	return next
}

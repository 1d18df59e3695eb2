package hubprogram

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// runbook is the operator's guide of the SDK.
func runbook(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../transport/hub/RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRunbookCommands: what the operator's guide has of this program's command line is understood,
// as far as the words and flags.
func TestRunbookCommands(t *testing.T) {
	parser, err := kong.New(&grammar{Run: runWord{On: &program.NoNetwork{}}})
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("(?m)(^    |`)hub( [^`\n]+)").FindAllStringSubmatch(runbook(t), -1)
	if len(commands) < 10 {
		t.Errorf("%d commands", len(commands))
	}
	for _, command := range commands {
		if problem := understood(parser.Model.Node, strings.Fields(command[2]), command[1] == "`"); problem != "" {
			t.Errorf("hub%s: %s", command[2], problem)
		}
	}
	for _, bad := range []string{"usr add Ann", "backup", "check -dta DIR", "user add", "user rename Ann", "-listn :8443", "restore A B"} {
		if understood(parser.Model.Node, strings.Fields(bad), false) == "" {
			t.Errorf("hub %s is understood", bad)
		}
	}
}

// understood says what is not understood of the words behind a command, which may be in short:
// without arguments.
func understood(at *kong.Node, words []string, short bool) string {
	arguments := 0
	for i := 0; i < len(words); i++ {
		if name, isFlag := strings.CutPrefix(words[i], "-"); isFlag {
			flag := flagOf(at, strings.TrimPrefix(name, "-"))
			if flag == nil {
				return "there is no flag -" + name
			}
			if !flag.IsBool() {
				i++
			}
		} else if child := wordOf(at, words[i]); child != nil {
			at = child
		} else {
			arguments++
		}
	}
	needed := 0
	for _, p := range at.Positional {
		if p.Required {
			needed++
		}
	}
	if arguments > 0 && arguments > len(at.Positional) && !many(at) || arguments < needed && !short {
		return "not with so many words"
	}
	return ""
}

// many reports whether the last argument may be there several times.
func many(n *kong.Node) bool {
	return len(n.Positional) > 0 && n.Positional[len(n.Positional)-1].IsSlice()
}

func wordOf(n *kong.Node, word string) *kong.Node {
	for _, child := range n.Children {
		if child.Name == word {
			return child
		}
	}
	return nil
}

// flagOf finds a flag of a command, of those above it, or of what runs without a word.
func flagOf(n *kong.Node, name string) *kong.Flag {
	if name == "h" {
		name = "help"
	}
	of := n.AllFlags(false)
	if n.DefaultCmd != nil {
		of = append(of, n.DefaultCmd.Flags)
	}
	for _, group := range of {
		for _, flag := range group {
			if flag.Name == name {
				return flag
			}
		}
	}
	return nil
}

// TestRunbookMetrics: the guide names what /metrics has, and nothing else of this program's.
func TestRunbookMetrics(t *testing.T) {
	m := newMetrics()
	m.routes[answered{"GET /", 200}] = new(served)
	out := httptest.NewRecorder()
	m.ServeHTTP(out, nil)
	served, named := map[string]bool{}, map[string]bool{}
	for _, name := range regexp.MustCompile(`(?m)^# TYPE (\w+)`).FindAllStringSubmatch(out.Body.String(), -1) {
		served[name[1]] = true
	}
	for _, name := range regexp.MustCompile("`(glimpse_[a-z_]+)`").FindAllStringSubmatch(runbook(t), -1) {
		if named[name[1]] = true; !served[name[1]] {
			t.Errorf("there is no metric %s", name[1])
		}
	}
	for name := range served {
		if !named[name] {
			t.Errorf("nothing is said of %s", name)
		}
	}
}

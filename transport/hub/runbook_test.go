package hub

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

func runbook(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section returns what stands under a heading.
func section(t *testing.T, title string) string {
	t.Helper()
	_, text, found := strings.Cut(runbook(t), "\n## "+title+"\n")
	if !found {
		t.Fatalf("there is no section %q", title)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// TestRunbookCode: what is no whole program, which internal/load builds and runs, stands in an
// Example as it is.
func TestRunbookCode(t *testing.T) {
	source, err := os.ReadFile("example_runbook_test.go")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)^\t`).ReplaceAllString(string(source), "")
	n := 0
	for _, code := range regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(runbook(t), -1) {
		if strings.HasPrefix(code[1], "// Command ") {
			continue
		}
		if n++; !strings.Contains(examples, code[1]) {
			t.Errorf("no Example has\n%s", code[1])
		}
	}
	if n == 0 {
		t.Error("there is no code")
	}
}

// TestRunbookLinks: headings and files that the text points to are there.
func TestRunbookLinks(t *testing.T) {
	headings := map[string]bool{}
	for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(runbook(t), -1) {
		anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(h[1]), "")
		headings["#"+strings.ReplaceAll(anchor, " ", "-")] = true
	}
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(runbook(t), -1) {
		if strings.HasPrefix(link[1], "#") {
			if !headings[link[1]] {
				t.Errorf("there is no heading %s", link[1])
			}
		} else if _, err := os.Stat(filepath.FromSlash(link[1])); err != nil {
			t.Error(err)
		}
	}
}

// settings are the types whose fields the text may name.
var settings = map[string]reflect.Type{
	"hub.Config": reflect.TypeFor[Config](), "mail.Config": reflect.TypeFor[mail.Config](),
	"httplink.HandlerOptions": reflect.TypeFor[httplink.HandlerOptions](),
}

// TestRunbookSettings: each setting that is named is there, and each of the hub's that an
// operator may want to change is named.
func TestRunbookSettings(t *testing.T) {
	text := runbook(t)
	for _, named := range regexp.MustCompile("`(hub\\.Config|mail\\.Config|httplink\\.HandlerOptions)\\.(\\w+)[^`]*`").FindAllStringSubmatch(text, -1) {
		if _, found := settings[named[1]].FieldByName(named[2]); !found {
			t.Errorf("there is no %s.%s", named[1], named[2])
		}
	}
	ours := strings.Fields("Directory RequiredFromDevice RequiredFromPeer Gallery Unknown Probes Now Beside Pause Random") // of the program, not of who runs it
	for field := range reflect.TypeFor[Config]().Fields() {
		if !slices.Contains(ours, field.Name) && !regexp.MustCompile(`\b`+field.Name+`\b`).MatchString(text) {
			t.Errorf("hub.Config.%s is not named", field.Name)
		}
	}
	methods := map[string]reflect.Type{"hub.Hub": reflect.TypeFor[*Hub](), "hub.Accounts": reflect.TypeFor[*Accounts](), "UserQuotas": reflect.TypeFor[*UserQuotas](), "Mailer": reflect.TypeFor[*mail.Mailer]()}
	for _, named := range regexp.MustCompile("`(hub\\.Hub|hub\\.Accounts|UserQuotas|Mailer)\\.(\\w+)`").FindAllStringSubmatch(text, -1) {
		if _, found := methods[named[1]].MethodByName(named[2]); !found {
			t.Errorf("there is no %s.%s", named[1], named[2])
		}
	}
}

// TestRunbookQuotas: each quota is there with its default.
func TestRunbookQuotas(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([^|]+) \\|").FindAllStringSubmatch(section(t, "Quotas"), -1)
	said := map[string]string{}
	for _, row := range rows {
		said[row[1]] = row[2]
	}
	of := reflect.ValueOf(defaultQuotas)
	for field, value := range of.Fields() {
		if want := inWords(value.Int()); said[field.Name] != want {
			t.Errorf("%s is said to be %q, and is %s", field.Name, said[field.Name], want)
		}
	}
	if len(rows) != of.NumField() {
		t.Errorf("%d rows of %d quotas", len(rows), of.NumField())
	}
}

func inWords(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprint(n>>30, " GiB")
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprint(n>>20, " MiB")
	case n >= 1000:
		return fmt.Sprintf("%d,%03d", n/1000, n%1000)
	}
	return strconv.FormatInt(n, 10)
}

// TestRunbookLog: the text says of each line that a hub and its link log what it means, and of
// none that there is not.
func TestRunbookLog(t *testing.T) {
	text := section(t, "What the log says")
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(text, -1) {
		named[row[1]] = true
	}
	logged := map[string]bool{"security": true, event.Shared.String(): true, event.Failed.String(): true}
	for _, dir := range []string{".", "mail", "../httplink", "../internal/station"} {
		messages(t, dir, logged)
	}
	audited(t, logged)
	for line := range logged {
		if !named[line] {
			t.Errorf("nothing is said of %q", line)
		}
	}
	for line := range named {
		if !logged[line] {
			t.Errorf("%q is logged by nothing", line)
		}
	}
	for _, loop := range (&Hub{cfg: Config{Mail: mail.Config{Channel: new(notify.Memory)}}}).loops() {
		if !strings.Contains(text, strconv.Quote(loop.Name)) {
			t.Errorf("%q is not said to fail", loop.Name)
		}
	}
}

// messages adds what is logged by the code in a folder.
func messages(t *testing.T, dir string, to map[string]bool) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if message, ok := message(n); ok {
				to[message] = true
			}
			return true
		})
	}
}

// message returns the message of a call of a method of a Log.
func message(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, method.Sel.Name) {
		return "", false
	}
	if of, ok := method.X.(*ast.SelectorExpr); !ok || of.Sel.Name != "Log" {
		return "", false
	}
	text, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	message, err := strconv.Unquote(text.Value)
	return message, err == nil
}

// audited adds the names of security events.
func audited(t *testing.T, to map[string]bool) {
	t.Helper()
	source, err := os.ReadFile("../internal/audit/audit.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`(?m)^\t\w+ +Event += "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		to[name[1]] = true
	}
}

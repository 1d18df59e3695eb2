package deps_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// rules are all there are. Each returns one line for each place that breaks it.
var rules = map[string]func(*tree) []string{
	"direction":    direction,
	"apart":        apart,
	"purity":       purity,
	"requirements": requirements,
	"test only":    testOnly,
	"workspace":    workspace,
	"proportions":  proportions,
	"beside":       beside,
	"top level":    topLevel,
	"records":      records,
}

var (
	roles   = set("transport/hub transport/peer transport/device")
	glue    = set("transport/media/mediafiles")             // joins what is below the roles with them
	ways    = set("notify/mail notify/webhook notify/xmpp") // channels, which send: they stand above all
	keepers = set("transport/hub transport/peer transport/device transport/internal/station")
	aside   = set("signature")
	basic   = set("internal/sealerr internal/userid internal/wire") // know nothing of collections, so that aside may import them
	pure    = set("label collection signature notify transport/enrol internal/engine internal/column internal/idindex internal/wire internal/sealerr internal/userid")

	impure = set("os os/exec os/signal os/user syscall net net/http log log/slog math/rand math/rand/v2 crypto/rand")
	clocks = set("Now Since Until Sleep After AfterFunc Tick NewTicker NewTimer")

	allowed     = set("github.com/fxamacker/cbor/v2 github.com/veraison/go-cose golang.org/x/crypto " + inTestsOnly)
	testModules = set(inTestsOnly)

	top = set("collection label signature notify transport examples internal go.mod go.sum go.work go.work.sum doc.go " +
		"README.md LICENSE CHANGELOG.md CONTRIBUTING.md SECURITY.md")
)

const inTestsOnly = "github.com/google/go-cmp pgregory.net/rapid"

func set(words string) map[string]bool {
	s := map[string]bool{}
	for _, word := range strings.Fields(words) {
		s[word] = true
	}
	return s
}

// layer names the part of the house that a folder belongs to and its height:
// a part may import lower parts and itself. Height 0 is no part: the rest of
// internal is free, but what a part imports through it counts as well.
func layer(dir string) (part string, height int) {
	first, rest, _ := strings.Cut(dir, "/")
	second, _, _ := strings.Cut(rest, "/")
	switch joined := first + "/" + second; {
	case ways[joined]:
		return joined, 10
	case joined == "transport/httplink":
		return joined, 8
	case glue[dir]:
		return dir, 8
	case first == "transport" && strings.HasSuffix(second, "link"): // which may carry its requests
		return joined, 9
	case roles[joined]:
		return joined, 7
	case first == "transport" && second != "":
		return "below the roles", 6
	case joined == "internal/engine":
		return joined, 5
	}
	return first, map[string]int{"label": 1, "collection": 2, "notify": 3, "signature": 3, "transport": 4}[first]
}

func direction(t *tree) (broken []string) {
	for dir := range t.packages {
		part, height := layer(dir)
		t.reach(dir, func(from source, imported string) {
			other, ours := folder(imported)
			if target, h := layer(other); ours && height > 0 && h >= height && target != part {
				broken = append(broken, fmt.Sprintf("%s reaches %s: %s imports it", dir, other, from.name))
			}
		})
	}
	return broken
}

func apart(t *tree) (broken []string) {
	for dir := range t.packages {
		t.reach(dir, func(from source, imported string) {
			other, ours := folder(imported)
			if ours && under(dir, aside) && !under(other, aside) && !basic[other] {
				broken = append(broken, fmt.Sprintf("%s reaches %s: %s imports it", dir, other, from.name))
			}
		})
	}
	return broken
}

func purity(t *tree) (broken []string) {
	for dir, files := range t.packages {
		if !under(dir, pure) || under(dir, ways) {
			continue
		}
		t.reach(dir, func(from source, imported string) {
			if impure[imported] {
				broken = append(broken, fmt.Sprintf("%s reaches %s: %s imports it", dir, imported, from.name))
			}
		})
		for _, file := range files {
			if !file.test {
				broken = append(broken, effects(file)...)
			}
		}
	}
	return broken
}

// effects finds goroutines and readings of the clock in one file.
func effects(s source) (found []string) {
	name := "time" // as the file calls it
	for _, spec := range s.file.Imports {
		if spec.Path.Value == strconv.Quote("time") && spec.Name != nil {
			name = spec.Name.Name
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, s.name+" starts a goroutine")
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == name && clocks[n.Sel.Name] {
				found = append(found, s.name+" uses time."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

func requirements(t *tree) (broken []string) {
	text := t.read("go.mod")
	for _, args := range directives(text, "require") {
		if name, _, _ := strings.Cut(args, " "); !allowed[name] && !strings.HasSuffix(args, "// indirect") {
			broken = append(broken, "go.mod requires "+name)
		}
	}
	for _, verb := range []string{"replace", "tool"} {
		for _, args := range directives(text, verb) {
			broken = append(broken, "go.mod has "+verb+" "+args)
		}
	}
	return broken
}

func testOnly(t *tree) (broken []string) {
	for dir, files := range t.packages {
		for _, file := range files {
			for _, imported := range file.paths() {
				if !file.test && under(imported, testModules) && !under(dir, t.modules) {
					broken = append(broken, file.name+" imports "+imported)
				}
			}
		}
	}
	return broken
}

func workspace(t *tree) (broken []string) {
	used := map[string]bool{}
	for _, dir := range directives(t.read("go.work"), "use") {
		used[path.Clean(dir)] = true
	}
	for dir := range t.modules {
		if !used[dir] {
			broken = append(broken, "go.work does not use "+dir)
		}
	}
	return broken
}

func topLevel(t *tree) (broken []string) {
	entries, err := fs.ReadDir(t.fsys, ".")
	if err != nil {
		return []string{err.Error()}
	}
	for _, entry := range entries {
		name := entry.Name()
		if !top[name] && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, "_test.go") {
			broken = append(broken, name+" is not an entry of the design")
		}
	}
	return broken
}

// read returns a file's text, empty if there is none: no module then, which
// the rules report by what is missing.
func (t *tree) read(name string) string {
	text, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return ""
	}
	return string(text)
}

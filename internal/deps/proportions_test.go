package deps_test

import (
	"fmt"
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"
)

// The proportions of what is not a test, outside media and examples.
const (
	maxFile     = 376 // lines
	maxFunction = 21  // lines, of nine functions in ten
	maxMethods  = 15  // exported, of one type
)

// manyMethods are types that have more: what a collection is, and what interfaces
// demand of a client.
var manyMethods = set("collection.Collection transport/httplink.Client")

// house is all of it, measured.
type house struct {
	lines     int
	files     map[string]int // lines
	methods   map[string]int // exported ones by type
	functions []int          // lines, ascending
}

func measure(t *tree) house {
	h := house{files: map[string]int{}, methods: map[string]int{}}
	for dir, files := range t.packages {
		for _, f := range files {
			if !f.test && !under(dir, set("transport/media examples")) {
				h.add(dir, f)
			}
		}
	}
	slices.Sort(h.functions)
	return h
}

func (h *house) add(dir string, f source) {
	lines := f.set.File(f.file.FileStart).LineCount()
	h.lines += lines
	if !ast.IsGenerated(f.file) {
		h.files[f.name] = lines
	}
	for _, d := range f.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		h.functions = append(h.functions, f.set.Position(fn.End()).Line-f.set.Position(fn.Pos()).Line+1)
		if fn.Recv != nil && fn.Name.IsExported() {
			h.methods[dir+"."+receiver(fn.Recv.List[0].Type)]++
		}
	}
}

// receiver names the type of a receiver.
func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

func (h house) ninth() int { return h.functions[len(h.functions)*9/10] }

func proportions(t *tree) (broken []string) {
	h := measure(t)
	for name, lines := range h.files {
		if lines > maxFile {
			broken = append(broken, fmt.Sprintf("%s has %d lines", name, lines))
		}
	}
	for name, n := range h.methods {
		if n > maxMethods && !manyMethods[name] {
			broken = append(broken, fmt.Sprintf("%s has %d exported methods", name, n))
		}
	}
	if len(h.functions) > 0 && h.ninth() > maxFunction {
		broken = append(broken, fmt.Sprintf("one function in ten has more than %d lines", h.ninth()))
	}
	return broken
}

// beside refuses tests in package transport of what stands below it: they stand
// beside that.
func beside(t *tree) (broken []string) {
	for _, f := range t.packages["transport"] {
		for _, imported := range f.paths() {
			if dir, ours := folder(imported); f.test && ours && strings.HasPrefix(dir, "transport/") {
				broken = append(broken, fmt.Sprintf("%s imports %s", f.name, dir))
			}
		}
	}
	return broken
}

// TestProportions says with -v how large the house is.
func TestProportions(t *testing.T) {
	repo, err := load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	h := measure(repo)
	longest, most := "", ""
	for name, lines := range h.files {
		if lines > h.files[longest] {
			longest = name
		}
	}
	for name, n := range h.methods {
		if n > h.methods[most] && !manyMethods[name] {
			most = name
		}
	}
	t.Logf("%d lines; nine functions in ten have %d lines at most; the longest file is %s with %d; most exported methods: %s with %d",
		h.lines, h.ninth(), longest, h.files[longest], most, h.methods[most])
}

package deps_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const module = "github.com/glimpse-go/glimpse"

// source is one Go file of a package, whatever its build tags.
type source struct {
	name string // slash-separated, from the root
	test bool
	file *ast.File
	set  *token.FileSet
}

// tree is the repository as the rules see it.
type tree struct {
	fsys     fs.FS
	packages map[string][]source // by folder
	modules  map[string]bool     // folders with a go.mod
}

func load(fsys fs.FS) (*tree, error) {
	t := &tree{fsys: fsys, packages: map[string][]source{}, modules: map[string]bool{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && ignored(name):
			return fs.SkipDir
		case d.Name() == "go.mod":
			t.modules[path.Dir(name)] = true
		case strings.HasSuffix(name, ".go"):
			return t.parse(name)
		}
		return nil
	})
	return t, err
}

// ignored are the folders that the go command ignores too, and npm's.
func ignored(dir string) bool {
	base := path.Base(dir)
	return dir != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) ||
		base == "testdata" || base == "node_modules"
}

func (t *tree) parse(name string) error {
	text, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(text, []byte("//go:build ignore\n")) {
		return nil // a program of its own, for go run or go generate
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(name)
	t.packages[dir] = append(t.packages[dir], source{name, strings.HasSuffix(name, "_test.go"), file, set})
	return nil
}

// reach calls visit for every package that the non-test code of dir imports,
// directly or through packages of the repository, with the file that does.
func (t *tree) reach(dir string, visit func(from source, imported string)) {
	seen := map[string]bool{dir: true}
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		for _, file := range t.packages[queue[0]] {
			if file.test {
				continue
			}
			for _, imported := range file.paths() {
				visit(file, imported)
				if next, ours := folder(imported); ours && !seen[next] {
					seen[next] = true
					queue = append(queue, next)
				}
			}
		}
	}
}

func (s source) paths() []string {
	paths := make([]string, len(s.file.Imports))
	for i, spec := range s.file.Imports {
		paths[i], _ = strconv.Unquote(spec.Path.Value) // the parser has checked it
	}
	return paths
}

// folder returns the folder of an import path of the repository.
func folder(imported string) (dir string, ours bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// under says whether a path, or one above it, is in the set.
func under(name string, set map[string]bool) bool {
	for ; name != "."; name = path.Dir(name) {
		if set[name] {
			return true
		}
	}
	return false
}

// directives returns the arguments of every line, alone or in a block, with
// that verb in a go.mod or go.work file, comments included.
func directives(text, verb string) (args []string) {
	block := ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case block != "" && words[0] == ")":
			block = ""
		case block == verb:
			args = append(args, strings.Join(words, " "))
		case block == "" && len(words) > 1 && words[1] == "(":
			block = words[0]
		case block == "" && words[0] == verb:
			args = append(args, strings.Join(words[1:], " "))
		}
	}
	return args
}

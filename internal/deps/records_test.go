package deps_test

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
)

// keyBegins is a literal that can only be the beginning of a key.
var keyBegins = regexp.MustCompile(`^"[a-z]+/"$`)

// records finds kinds of records (transport/internal/record) that stand outside a
// registry or mean two things in the store of one role, and keys without a kind.
func records(t *tree) (broken []string) {
	for role := range roles {
		dirs := map[string]bool{role: true}
		t.reach(role, func(_ source, imported string) {
			if dir, ours := folder(imported); ours {
				dirs[dir] = true
			}
		})
		declared := map[string]string{} // where, by the literal
		for dir := range dirs {
			for _, file := range t.packages[dir] {
				eachKind(file, func(kind, name string) {
					if where := declared[kind]; where != "" {
						broken = append(broken, fmt.Sprintf("%s keeps two kinds of records %s: %s and %s", role, kind, where, name))
					}
					declared[kind] = name
				})
			}
		}
	}
	for dir, files := range t.packages {
		for _, file := range files {
			if !file.test && under(dir, keepers) {
				broken = append(broken, unlisted(file)...)
			}
		}
	}
	return broken
}

// unlisted finds kinds outside a registry, and keys without a kind, in one file.
func unlisted(s source) (found []string) {
	if path.Base(s.name) == "records.go" {
		return nil
	}
	eachKind(s, func(kind, _ string) { found = append(found, s.name+" declares the record "+kind) })
	ast.Inspect(s.file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && keyBegins.MatchString(literal.Value) {
			found = append(found, s.name+" makes a key of "+literal.Value)
		}
		return true
	})
	return found
}

// eachKind calls visit for each kind that a file declares, with the constant's name.
func eachKind(s source, visit func(kind, name string)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.SelectorExpr); !ok || typ.Sel.Name != "Kind" || fmt.Sprint(typ.X) != "record" {
			return true
		}
		for i, value := range spec.Values {
			if literal, ok := value.(*ast.BasicLit); ok {
				visit(literal.Value, s.name+" "+spec.Names[i].Name)
			}
		}
		return true
	})
}

package deps_test

import (
	"bytes"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	slashpath "path"
	"strconv"
	"strings"
	"testing"
)

// wholePrograms are Examples that are whole programs, each in a file of its own, and how many
// lines of code they may have.
var wholePrograms = map[string]int{
	"transport/hub/example_daemon_test.go":    80,
	"transport/peer/example_daemon_test.go":   100,
	"transport/device/example_folder_test.go": 60,
}

// TestLines: a hub, a home and a camera are written in so many lines, and share none.
func TestLines(t *testing.T) {
	for name, most := range wholePrograms {
		src, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		lines, wide := codeLines(src)
		if lines > most || wide > 0 {
			t.Errorf("%s: %d lines of code, %d may be; %d of more than 100 columns", name, lines, most, wide)
		}
		t.Logf("%s: %d of %d lines", name, lines, most)
		if made, err := format.Source(src); err != nil || !bytes.Equal(made, src) {
			t.Errorf("%s is not as gofmt has it: %v", name, err)
		}
		for _, problem := range notWhole(name, src) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// codeLines counts the lines that have code, and those of them that are too wide.
func codeLines(src []byte) (lines, wide int) {
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(src))
	var s scanner.Scanner
	s.Init(file, src, nil, 0)
	code := map[int]bool{}
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && text == "\n" {
			continue // which the scanner adds
		}
		for at := range strings.Count(text, "\n") + 1 {
			code[file.Line(pos)+at] = true
		}
	}
	for i, line := range strings.Split(string(src), "\n") {
		if columns := len([]rune(strings.ReplaceAll(line, "\t", "        "))); code[i+1] && columns > 100 {
			wide++
		}
	}
	return len(code), wide
}

// notWhole says why a file is no Example that go doc shows as a whole, and that is run.
func notWhole(name string, src []byte) (problems []string) {
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	examples := doc.Examples(file)
	if len(examples) != 1 || examples[0].Output == "" {
		return []string{"it is not one Example with an Output"}
	}
	if _, whole := examples[0].Code.(*ast.File); !whole {
		problems = append(problems, "it is not shown as a whole file")
	}
	for _, foreign := range foreign(name, src) {
		problems = append(problems, foreign+" is declared elsewhere")
	}
	return problems
}

// foreign are the names that a file uses and does not declare itself.
func foreign(name string, src []byte) (names []string) {
	file, _ := parser.ParseFile(token.NewFileSet(), name, src, 0)
	known := map[string]bool{}
	for _, spec := range file.Imports {
		if imported, err := strconv.Unquote(spec.Path.Value); err == nil {
			known[slashpath.Base(imported)] = true
		}
	}
	for _, id := range file.Unresolved {
		if !known[id.Name] && types.Universe.Lookup(id.Name) == nil {
			names = append(names, id.Name)
		}
	}
	return names
}

// TestCodeLines: what is counted, and what is seen of a file that is not whole.
func TestCodeLines(t *testing.T) {
	src := "package p // a comment\n\n// one\n/* two\n*/\nvar s = `a\n\n b` // more\nfunc f() { g(len(s)) }\n//" + strings.Repeat("x", 100) + "\n"
	if lines, wide := codeLines([]byte(src)); lines != 5 || wide != 0 {
		t.Errorf("%d lines, %d wide", lines, wide)
	}
	if _, wide := codeLines([]byte("package p\n\nvar " + strings.Repeat("x", 97) + " int\n")); wide != 1 {
		t.Errorf("%d wide", wide)
	}
	if got := foreign("p.go", []byte(src)); len(got) != 1 || got[0] != "g" {
		t.Errorf("foreign: %v", got)
	}
	example := "package p_test\n\nimport \"fmt\"\n\nfunc Example_a() {\n\tfmt.Println(x)\n\t// Output: 1\n}\n"
	for src, want := range map[string]int{
		example: 2, example + "\nvar x = 1\n": 0, strings.Replace(example, "Output: ", "", 1): 1,
		example + strings.ReplaceAll(example[strings.Index(example, "func"):], "_a", "_b"): 1,
	} {
		if got := notWhole("p_test.go", []byte(src)); len(got) != want {
			t.Errorf("%v of\n%s", got, src)
		}
	}
}

package deps_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestRepository(t *testing.T) {
	repo, err := load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"label", "collection", "signature", "notify", "transport"} {
		if len(repo.packages[dir]) == 0 {
			t.Errorf("no Go file found in %s", dir)
		}
	}
	for name, rule := range rules {
		for _, line := range rule(repo) {
			t.Errorf("%s: %s", name, line)
		}
	}
}

// sound is a small tree that keeps every rule.
func sound() fstest.MapFS {
	return files(map[string]string{
		"go.mod":                                "module m\nrequire golang.org/x/crypto v0.1.0\nrequire (\n\tpgregory.net/rapid v1.0.0\n\tx.org/y v1.0.0 // indirect\n)\n",
		"go.work":                               "go 1.26\nuse (\n\t.\n\t./examples\n)\n",
		"doc.go":                                "package glimpse",
		"readme_test.go":                        "package glimpse",
		".ci/run":                               "",
		"label/label.go":                        "package label\nimport \"time\"\nvar T time.Time",
		"label/label_test.go":                   "package label\nimport (\n\"os\"\n\"time\"\n\"pgregory.net/rapid\"\n)\nvar _ = time.Now\nfunc f() { go f() }",
		"label/generate.go":                     "//go:build ignore\n\npackage main\nimport \"os\"",
		"label/testdata/x.go":                   "not Go",
		"collection/collection.go":              imports("collection", "label", "internal/sealerr"),
		"collection/seal_test.go":               imports("collection_test", "signature"),
		"signature/signature.go":                imports("signature", "internal/sealerr", "internal/wire"),
		"notify/notify.go":                      imports("notify", "collection"),
		"transport/transport.go":                imports("transport", "notify"),
		"transport/filestore/store.go":          imports("filestore", "transport"),
		"transport/httplink/server.go":          imports("httplink", "transport"),
		"transport/otherlink/server.go":         imports("otherlink", "transport/httplink"),
		"transport/hub/hub.go":                  imports("hub", "transport", "transport/filestore", "transport/internal/station", "signature", "internal/engine"),
		"transport/internal/station/records.go": declares("station", `"c"`),
		"transport/device/records.go":           declares("device", `"c"`),
		"internal/engine/engine.go":             imports("engine", "transport"),
		"internal/sealerr/sealerr.go":           "package sealerr",
		"internal/wire/wire.go":                 "package wire",
		"internal/vectors/vectors.go":           imports("vectors", "collection") + "\nimport \"os\"",
		"examples/go.mod":                       "module m/examples\n",
		"examples/quickstart/main.go":           imports("main", "transport/hub", "label"),
		"examples/quickstart/random.go":         "package main\nimport \"pgregory.net/rapid\"",
	})
}

func files(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// methods are n exported methods of T.
func methods(n int) (text string) {
	for i := range n {
		text += fmt.Sprintf("\nfunc (T) M%d() {}", i)
	}
	return text
}

func imports(pkg string, dirs ...string) string {
	text := "package " + pkg
	for _, dir := range dirs {
		text += "\nimport _ \"" + module + "/" + dir + "\""
	}
	return text
}

// declares declares kinds of records.
func declares(pkg string, literals ...string) string {
	text := "package " + pkg
	for i, literal := range literals {
		text += fmt.Sprintf("\nconst kind%d record.Kind = %s", i, literal)
	}
	return text
}

func TestSoundTreeKeepsEveryRule(t *testing.T) {
	check(t, sound(), "", "")
}

// TestViolations breaks one rule at a time by adding or replacing one file.
func TestViolations(t *testing.T) {
	for _, c := range []struct{ name, rule, file, text, want string }{
		{"collection imports notify", "direction", "collection/x.go", imports("collection", "notify"), "collection reaches notify"},
		{"label imports collection", "direction", "label/x.go", imports("label", "collection"), "label reaches collection"},
		{"folder below collection imports transport", "direction", "collection/digest/x.go", imports("digest", "transport"), "collection/digest reaches transport"},
		{"store imports role", "direction", "transport/filestore/x.go", imports("filestore", "transport/hub"), "transport/filestore reaches transport/hub"},
		{"role imports link", "direction", "transport/hub/x.go", imports("hub", "transport/httplink"), "transport/hub reaches transport/httplink"},
		{"role imports role", "direction", "transport/device/x.go", imports("device", "transport/hub"), "transport/device reaches transport/hub"},
		{"link imports link upon it", "direction", "transport/httplink/x.go", imports("httplink", "transport/otherlink"), "transport/httplink reaches transport/otherlink"},
		{"notify imports a channel", "direction", "notify/x.go", imports("notify", "notify/mail"), "notify reaches notify/mail"},
		{"transport imports a channel", "direction", "transport/x.go", imports("transport", "notify/webhook"), "transport reaches notify/webhook"},
		{"notify/words reads the clock", "purity", "notify/words/x.go", "package words\nimport \"time\"\nvar x = time.Now()", "time.Now"},
		{"notify imports signature", "direction", "notify/x.go", imports("notify", "signature"), "notify reaches signature"},
		{"through an internal package", "direction", "label/x.go", imports("label", "internal/vectors"), "label reaches collection"},
		{"signature imports label", "apart", "signature/x.go", imports("signature", "label"), "signature reaches label"},
		{"signature reaches label", "apart", "internal/wire/x.go", imports("wire", "label"), "signature reaches label"},
		{"pure imports os", "purity", "label/x.go", "package label\nimport \"os\"", "label reaches os"},
		{"pure reaches net/http", "purity", "internal/sealerr/x.go", "package sealerr\nimport \"net/http\"", "signature reaches net/http"},
		{"folder below pure imports log", "purity", "collection/digest/x.go", "package digest\nimport \"log/slog\"", "collection/digest reaches log/slog"},
		{"pure starts a goroutine", "purity", "internal/engine/x.go", "package engine\nfunc f() { go f() }", "starts a goroutine"},
		{"pure reads the clock", "purity", "notify/x.go", "package notify\nimport \"time\"\nvar x = time.Now()", "time.Now"},
		{"pure reads the clock, renamed", "purity", "notify/x.go", "package notify\nimport clock \"time\"\nvar now = clock.Now", "time.Now"},
		{"a module too many", "requirements", "go.mod", "require example.org/heavy v1.0.0\n", "requires example.org/heavy"},
		{"a module too many, in a block", "requirements", "go.mod", "require (\n\texample.org/heavy v1.0.0\n)\n", "requires example.org/heavy"},
		{"a tool in the root module", "requirements", "go.mod", "tool example.org/lint\n", "tool example.org/lint"},
		{"a replacement in the root module", "requirements", "go.mod", "replace a => ../a\n", "replace a"},
		{"rapid outside tests", "test only", "label/x.go", "package label\nimport \"pgregory.net/rapid\"", "label/x.go imports pgregory.net/rapid"},
		{"go-cmp's folders outside tests", "test only", "label/x.go", "package label\nimport \"github.com/google/go-cmp/cmp\"", "label/x.go imports"},
		{"a module nobody tests", "workspace", "transport/media/go.mod", "module m/media\n", "does not use transport/media"},
		{"a record that means two things", "records", "transport/hub/records.go", declares("hub", `"c"`), "transport/hub keeps two kinds"},
		{"a record twice in a registry", "records", "transport/peer/records.go", declares("peer", `"c"`, `"c"`), "transport/peer keeps two kinds"},
		{"a record outside a registry", "records", "transport/peer/x.go", declares("peer", `"x"`), "transport/peer/x.go declares"},
		{"a key without a kind", "records", "transport/device/x.go", "package device\nvar key = \"c/\" + id", "transport/device/x.go makes a key"},
		{"a file too long", "proportions", "label/x.go", "package label" + strings.Repeat("\n", 400), "label/x.go has 400 lines"},
		{"functions too long", "proportions", "label/x.go", "package label\nfunc f() {" + strings.Repeat("\n", 30) + "}", "has more than 31 lines"},
		{"a type with too much", "proportions", "label/x.go", "package label\ntype T struct{}" + methods(16), "label.T has 16 exported methods"},
		{"a role's test elsewhere", "beside", "transport/x_test.go", imports("transport_test", "transport/hub"), "transport/x_test.go imports transport/hub"},
		{"a folder too many", "top level", "pkg/x.go", "package pkg", "pkg is not"},
		{"a file too many", "top level", "Makefile", "", "Makefile is not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := sound()
			fsys[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			check(t, fsys, c.rule, c.want)
		})
	}
}

// check expects a line with want from the rule that is broken, if one is, and
// none from the rules that are not named.
func check(t *testing.T, fsys fstest.MapFS, broken, want string) {
	t.Helper()
	repo, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for name, rule := range rules {
		lines := strings.Join(rule(repo), "\n")
		if name == broken && !strings.Contains(lines, want) {
			t.Errorf("%s: got %q, want a line with %q", name, lines, want)
		}
		if broken == "" && lines != "" {
			t.Errorf("%s: got %q, want nothing", name, lines)
		}
	}
}

func TestFileThatDoesNotParse(t *testing.T) {
	if _, err := load(files(map[string]string{"label/x.go": "not Go"})); err == nil {
		t.Error("no error for a file that is not Go")
	}
}

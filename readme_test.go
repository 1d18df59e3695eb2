package glimpse_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// must returns a value and stops the program on an error.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Example is the program in README.md.
func Example() {
	ctx, now := context.Background(), time.Now()
	ann, bob := collection.UserID{1}, collection.UserID{2} // random in real life, as all ids
	lake, boat := collection.ItemID{3}, collection.ItemID{4}
	signer := must(signature.NewSigner(must(signature.GenerateKey(rand.Reader)), nil))

	// Ann shares two photos with Bob. The originals are still on her camera's card.
	shared := must(collection.New(
		collection.Header{ID: collection.ID{5}, Author: ann, Created: now, Title: "A day at the lake"},
		collection.Body{Items: []collection.Item{{ID: lake}, {ID: boat}}, Recipients: []collection.UserID{bob}}))
	sent := must(must(shared.Sign(ctx, signer, now)).MarshalBinary())

	// Bob verifies what he got. Before his software searches, it asks the gate.
	keys := new(signature.Keyring)
	must(0, keys.Pin(ann, signer.Public()))
	got := must(collection.Verify(ctx, keys, must(collection.Decode(sent))))
	gate := label.NewGate(label.DefaultPolicy, got.Collection().Kind(), got.Collection().Ladder())
	original := len(got.Collection().Ladder()) - 1
	fmt.Println(got.Collection().Check(gate, lake, label.Search, original, label.Holder{}))

	// The originals reach the network. One small sealed update takes all labels off.
	update := must(must(shared.CompleteAll(ann)).Sign(ctx, signer, now))
	got, _, err := got.Apply(ctx, update)
	fmt.Println(err, got.Collection().Labelled(), got.Collection().Check(gate, lake, label.Search, original, label.Holder{}))
	// Output:
	// item 03000000000000000000000000000000: search of original refused: the item is not complete yet; lifted when the item is complete
	// <nil> 0 <nil>
}

// Example_http has the two lines in README.md that HTTP takes.
func Example_http() {
	ctx := context.Background()
	h := must(hub.New(ctx, must(signature.NewSigner(must(signature.GenerateKey(rand.Reader)), nil)), hub.Config{}))
	ann := must(h.Accounts().Register(ctx, hub.Person{Name: "Ann"}))
	token := must(h.Accounts().Issue(ctx, ann, "home"))

	handler := httplink.HubHandler(h, httplink.HandlerOptions{})
	server := httptest.NewServer(handler)
	defer server.Close()
	url := server.URL
	client := httplink.NewClient(url, httplink.Bearer(token), httplink.Options{})
	ids := must(client.NewIdentifiers(ctx, 2))
	fmt.Println(len(ids.Items))
	// Output: 2
}

// readme returns the text of README.md.
func readme(t *testing.T) string { return read(t, "README.md") }

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// blocks returns the fenced blocks of a language.
func blocks(text, language string) []string {
	var all []string
	fence := regexp.MustCompile("(?ms)^```" + language + "\n(.*?)^```$")
	for _, match := range fence.FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}

// TestReadmeExample keeps the README's program equal to the one that is tested.
func TestReadmeExample(t *testing.T) {
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	file := must(parser.ParseFile(files, "", source, 0))
	i := slices.IndexFunc(file.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && f.Name.Name == "Example"
	})
	body := file.Decls[i].(*ast.FuncDecl).Body
	want, _, _ := strings.Cut(string(source[files.Position(body.Lbrace).Offset+2:]), "\t// Output:")
	want = regexp.MustCompile(`(?m)^\t`).ReplaceAllString(want, "")
	got := blocks(readme(t), "go")
	if len(got) != 2 || got[0] != want {
		t.Fatalf("README.md has\n%s\ninstead of\n%s", strings.Join(got, "\n---\n"), want)
	}
	for line := range strings.Lines(got[1]) {
		code, _, _ := strings.Cut(line, " //")
		if !strings.Contains(string(source), "\t"+strings.TrimSpace(code)+"\n") {
			t.Errorf("README.md has %s, which is not tested", code)
		}
	}
}

// TestReadmeCommands keeps the two commands that a newcomer is told to run.
func TestReadmeCommands(t *testing.T) {
	want := "go run ./examples/quickstart\ngo test work\n"
	if !slices.Contains(blocks(readme(t), "sh"), want) {
		t.Errorf("README.md has no block\n%s", want)
	}
}

// The texts that lead through the house, and how they name a file or a folder, a
// function in a file, and a test.
var (
	leading  = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"}
	link     = regexp.MustCompile(`\]\(([^):#]+)[^)]*\)`)
	path     = regexp.MustCompile("`([a-z]+(?:/[\\w.-]+)+)`")
	function = regexp.MustCompile("`([a-z][\\w/.-]+\\.go)` `(\\w+)`")
	aTest    = regexp.MustCompile("`(Test\\w+)`")
)

// TestWhatIsNamedIsThere finds what these texts point to.
func TestWhatIsNamedIsThere(t *testing.T) {
	tests := functions(t, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	for _, name := range leading {
		text := read(t, name)
		for _, match := range append(link.FindAllStringSubmatch(text, -1), path.FindAllStringSubmatch(text, -1)...) {
			if match[1] == "https" {
				continue
			}
			if _, err := os.Stat(filepath.FromSlash(match[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, match := range function.FindAllStringSubmatch(text, -1) {
			if !functions(t, func(name string) bool { return name == match[1] })[match[2]] {
				t.Errorf("%s: there is no %s in %s", name, match[2], match[1])
			}
		}
		for _, match := range aTest.FindAllStringSubmatch(text, -1) {
			if !tests[match[1]] {
				t.Errorf("%s: there is no %s", name, match[1])
			}
		}
	}
}

// TestPromises: each row of what SECURITY.md promises, ends with the
// names of tests, and what it says is logged is what package audit says.
func TestPromises(t *testing.T) {
	_, text, _ := strings.Cut(read(t, "SECURITY.md"), "\n## What is promised\n")
	promises, rest, _ := strings.Cut(text, "\n## ")
	rows := strings.Split(promises, "\n|")[3:]
	for _, row := range rows {
		if !regexp.MustCompile("\\| `Test\\w+`(, `Test\\w+`)* \\|\\s*$").MatchString(row) {
			t.Errorf("no test of:%s", row)
		}
	}
	_, logged, _ := strings.Cut(rest, "\n## What is logged\n")
	doc := read(t, "transport/internal/audit/audit.go")
	events := regexp.MustCompile("(?m)^\\| `([a-z ]+)` \\| (.*) \\|$").FindAllStringSubmatch(logged, -1)
	for _, event := range events {
		if !regexp.MustCompile(`(?m)^//\t` + event[1] + ` +` + regexp.QuoteMeta(event[2]) + ` `).MatchString(doc) {
			t.Errorf("package audit says something else of %q", event[1])
		}
	}
	if n := strings.Count(doc, " Event = "); len(rows) == 0 || len(events) != n {
		t.Errorf("%d promises, %d events of %d", len(rows), len(events), n)
	}
}

// TestEveryRoomIsNamed: what a package is for stands in one of these texts.
func TestEveryRoomIsNamed(t *testing.T) {
	named := map[string]bool{".": true}
	for _, name := range leading {
		text := read(t, name)
		for _, match := range append(link.FindAllStringSubmatch(text, -1), path.FindAllStringSubmatch(text, -1)...) {
			named[match[1]] = true
		}
	}
	eachFile(t, func(name string) {
		if dir := filepath.ToSlash(filepath.Dir(name)); !named[dir] {
			t.Errorf("%s is not named", dir)
			named[dir] = true
		}
	})
}

// functions returns the names of the functions and methods in some files.
func functions(t *testing.T, in func(name string) bool) map[string]bool {
	found := map[string]bool{}
	eachFile(t, func(name string) {
		if !in(filepath.ToSlash(name)) {
			return
		}
		for _, d := range must(parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)).Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				found[f.Name.Name] = true
			}
		}
	})
	return found
}

// eachFile calls visit for all Go files, of all modules.
func eachFile(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (base == "testdata" || base == "node_modules" || len(base) > 1 && base[0] == '.'):
			return fs.SkipDir
		case filepath.Ext(name) == ".go":
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

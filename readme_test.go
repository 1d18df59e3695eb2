package glimpse_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
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

// readme returns the text of README.md.
func readme(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("README.md")
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
	if len(got) != 1 || got[0] != want {
		t.Errorf("README.md has\n%s\ninstead of\n%s", strings.Join(got, "\n---\n"), want)
	}
}

// TestReadmeCommands keeps the two commands that a newcomer is told to run.
func TestReadmeCommands(t *testing.T) {
	want := "go run ./examples/quickstart\ngo test work\n"
	if !slices.Contains(blocks(readme(t), "sh"), want) {
		t.Errorf("README.md has no block\n%s", want)
	}
}

// TestReadmeLinks finds the files and folders that README.md points to.
func TestReadmeLinks(t *testing.T) {
	for _, match := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(readme(t), -1) {
		if strings.Contains(match[1], "://") {
			continue
		}
		if _, err := os.Stat(filepath.FromSlash(match[1])); err != nil {
			t.Error(err)
		}
	}
}

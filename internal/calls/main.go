// Calls counts how often functions run in a test, by the counters of its coverage,
// so that what is counted needs no hooks:
//
//	go run ./internal/calls                       what one photo costs, step by step; fails over the bounds
//	go run ./internal/calls -json                 as JSON
//	go run ./internal/calls -package ./internal/lab -run '^TestOnePhoto$/^fetched$' collection.Decode
//
// A function is named by its package's folder, its receiver's type if it has one, and
// its name.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/internal/measure"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
}

// run counts what the arguments ask for and prints it.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("calls", flag.ContinueOnError)
	flags.SetOutput(out)
	pkg := flags.String("package", "./internal/lab", "`folder` of the test")
	test := flags.String("run", "", "the `test`, as go test -run takes it; empty = one photo, step by step")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var results measure.Results
	var err error
	if *test != "" {
		results, err = functions(*pkg, *test, flags.Args())
	} else {
		results, err = onePhoto()
	}
	if err != nil {
		return err
	}
	return errors.Join(results.Print(out, *asJSON), results.Err())
}

// functions counts how often functions run in a test.
func functions(pkg, test string, names []string) (results measure.Results, err error) {
	counts, err := count(pkg, test, names)
	for i, n := range counts {
		results = append(results, measure.Shown(names[i], float64(n), measure.Lower))
	}
	return results, err
}

// costs are what is counted of one photo, and the most that it may be from Make to Fetch.
var costs = [...]struct {
	what, function string
	most           float64
}{
	{"collections decoded", "collection.Decode", 12},
	{"collections verified", "collection.Verify", 10},
	{"seals verified", "signature.Keyring.Verify", 30},
	{"requests", "internal/lab.link.RoundTrip", 11},
}

// mostPublish is how many seals may be verified at Publish, at the hub as well.
const mostPublish = 12

// onePhoto counts what the steps of TestOnePhoto cost, each without those before.
func onePhoto() (results measure.Results, err error) {
	var before, sum [len(costs)]int
	for _, step := range []string{"registered", "made", "shared", "heard", "synced", "published", "heard_again", "fetched"} {
		after, err := countStep(step)
		if err != nil {
			return nil, err
		}
		for i, c := range costs {
			n := after[i] - before[i]
			if step != "registered" {
				sum[i] += n
			}
			results = append(results, stepResult(step, c.what, n)...)
		}
		before = after
	}
	for i, c := range costs {
		results = append(results, measure.AtMost("Make to Fetch: "+c.what, float64(sum[i]), c.most))
	}
	return results, nil
}

// countStep counts the costs of TestOnePhoto up to a step.
func countStep(step string) (counts [len(costs)]int, err error) {
	var names []string
	for _, c := range costs {
		names = append(names, c.function)
	}
	list, err := count("./internal/lab", "^TestOnePhoto$/^"+step+"$", names)
	copy(counts[:], list)
	return counts, err
}

// stepResult is what a step costs; nothing if that is nothing.
func stepResult(step, what string, n int) measure.Results {
	name := step + ": " + what
	switch {
	case step == "published" && what == "seals verified":
		return measure.Results{measure.AtMost(name, float64(n), mostPublish)}
	case n > 0:
		return measure.Results{measure.Shown(name, float64(n), measure.Lower)}
	}
	return nil
}

// count runs a test and returns how often each function ran.
func count(pkg, test string, names []string) ([]int, error) {
	dir, err := os.MkdirTemp("", "calls")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	profile := filepath.Join(dir, "profile")
	var dirs []string
	for _, name := range names {
		folder, _, _ := strings.Cut(filepath.Base(name), ".")
		dirs = append(dirs, "./"+filepath.Join(filepath.Dir(name), folder))
	}
	cmd := exec.Command("go", "test", "-count=1", "-run", test, "-covermode=count", "-coverpkg="+strings.Join(dirs, ","), "-coverprofile="+profile, pkg)
	if output, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, output)
	}
	blocks, err := readProfile(profile)
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(names))
	for i, name := range names {
		if counts[i], err = calls(blocks, dirs[i], filepath.Base(name)); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// readProfile returns how often the blocks of a coverage profile ran, by file and
// line of their beginning, such as "collection/decode.go:17".
func readProfile(name string) (map[string]int, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	blocks := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		place, rest, ok := strings.Cut(lines.Text(), ",")
		fields := strings.Fields(rest)
		if !ok || len(fields) != 3 {
			continue // the mode
		}
		n, err := strconv.Atoi(fields[2])
		if err != nil {
			return nil, err
		}
		place, _, _ = strings.Cut(strings.TrimPrefix(place, "github.com/glimpse-go/glimpse/"), ".go:")
		line, _, _ := strings.Cut(strings.SplitN(lines.Text(), ".go:", 2)[1], ".")
		blocks[place+".go:"+line] += n
	}
	return blocks, nil
}

// calls returns how often a function's first block ran.
func calls(blocks map[string]int, dir, name string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return 0, err
	}
	_, want, _ := strings.Cut(name, ".")
	for _, file := range files {
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return 0, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && nameOf(fn) == want {
				return blocks[fmt.Sprintf("%s:%d", filepath.ToSlash(filepath.Clean(file)), set.Position(fn.Body.Lbrace).Line)], nil
			}
		}
	}
	return 0, fmt.Errorf("no function %s in %s", want, dir)
}

// nameOf is a function's name after its receiver's type.
func nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + fn.Name.Name
	}
	return fn.Name.Name
}

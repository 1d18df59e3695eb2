// Calls counts how often functions run in a test, by the counters of its coverage,
// so that what is counted needs no hooks:
//
//	go run ./internal/calls                       what one photo costs, step by step; fails over the bounds
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
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("calls", flag.ContinueOnError)
	flags.SetOutput(out)
	pkg := flags.String("package", "./internal/lab", "`folder` of the test")
	test := flags.String("run", "", "the `test`, as go test -run takes it; empty = one photo, step by step")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *test != "" {
		counts, err := count(*pkg, *test, flags.Args())
		for i, name := range flags.Args() {
			if err == nil {
				fmt.Fprintf(out, "%6d %s\n", counts[i], name)
			}
		}
		return err
	}
	return onePhoto(out)
}

// onePhoto prints what the steps of TestOnePhoto cost, each without those before.
func onePhoto(out io.Writer) error {
	names := []string{"collection.Decode", "collection.Verify", "signature.Keyring.Verify", "internal/lab.link.RoundTrip"}
	fmt.Fprintf(out, "%-12s %8s %8s %8s %8s\n", "step", "decodes", "verified", "seals", "requests")
	before, first := make([]int, len(names)), make([]int, len(names))
	for _, step := range []string{"registered", "made", "shared", "heard", "synced", "published", "heard_again", "fetched"} {
		counts, err := count("./internal/lab", "^TestOnePhoto$/^"+step+"$", names)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-12s", step)
		for i, n := range counts {
			fmt.Fprintf(out, " %8d", n-before[i])
		}
		fmt.Fprintln(out)
		if step == "published" && counts[2]-before[2] > mostPublish {
			return fmt.Errorf("%w: %d seals at Publish", errOver, counts[2]-before[2])
		}
		if before = counts; step == "registered" {
			first = counts
		}
	}
	return total(out, before, first)
}

// most is what one photo may cost from Make to Fetch, in the order of the columns.
var most = [...]int{12, 10, 30, 12}

// mostPublish is how many seals are verified at Publish, at the hub as well.
const mostPublish = 12

var errOver = errors.New("over the bound")

// total prints what all steps cost together.
func total(out io.Writer, before, first []int) (err error) {
	fmt.Fprintf(out, "%-12s", "Make to Fetch")
	for i, n := range before {
		if n -= first[i]; n > most[i] {
			err = errOver
		}
		fmt.Fprintf(out, " %8d", n)
	}
	fmt.Fprintf(out, "\n%-12s", "at most")
	for _, n := range most {
		fmt.Fprintf(out, " %8d", n)
	}
	fmt.Fprintln(out)
	return err
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

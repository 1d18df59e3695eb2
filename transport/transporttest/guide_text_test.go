package transporttest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuide: what GUIDE.md has of code is in the tests, word by word, and what it points to is
// there.
func TestGuide(t *testing.T) {
	text, code := read(t, "../GUIDE.md"), ""
	files, err := filepath.Glob("guide_*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, "../httplink/serial_socat_test.go") {
		code += read(t, name)
	}
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(text, -1)
	for _, block := range blocks {
		if !strings.Contains(code, block[1]) {
			t.Errorf("no test has\n%s", block[1])
		}
	}
	if len(blocks) < 8 {
		t.Errorf("%d pieces of code", len(blocks))
	}
	prose := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(text, "")
	for _, link := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(prose, -1) {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(link[1]))); err != nil {
			t.Error(err)
		}
	}
}

// TestGuideNames: each name that GUIDE.md has of a package is exported by it.
func TestGuideNames(t *testing.T) {
	folders := map[string]string{
		"transport": "..", "transporttest": ".", "httplink": "../httplink", "device": "../device", "hub": "../hub",
		"mail": "../hub/mail", "notify": "../../notify", "collection": "../../collection", "storecopy": "../storecopy",
	}
	named := regexp.MustCompile("`(\\w+)\\.([A-Z]\\w*)(?:\\.([A-Z]\\w*))?`").FindAllStringSubmatch(read(t, "../GUIDE.md"), -1)
	if len(named) < 20 {
		t.Errorf("%d names", len(named))
	}
	for _, name := range named {
		if folders[name[1]] == "" {
			continue // errors.Is, or a field of what was named before
		}
		source := declarations(t, folders[name[1]])
		if !regexp.MustCompile(`(?m)^(?:func|type|var|const|\t)\s*` + name[2] + `\b`).MatchString(source) {
			t.Errorf("there is no %s.%s", name[1], name[2])
		}
		if name[3] != "" && !regexp.MustCompile(`(?m)(^\t[\w, ]*\b|\) )`+name[3]+`\b`).MatchString(source) {
			t.Errorf("there is no %s", name[0])
		}
	}
}

// declarations is the source of a package without its tests.
func declarations(t *testing.T, dir string) (source string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			source += read(t, name)
		}
	}
	return source
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

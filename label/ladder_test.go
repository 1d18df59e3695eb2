package label

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func names(n int) Ladder {
	l := make(Ladder, n)
	for i := range l {
		l[i].Name = string(rune('a' + i))
	}
	return l
}

func TestLaddersThatAreValid(t *testing.T) {
	for name, l := range map[string]Ladder{
		"default":              DefaultLadder(),
		"one version":          names(1),
		"as many as there go":  names(MaxVersions),
		"unknown in between":   {{"a", 100}, {"b", 0}, {"c", 100}, {"d", 200}, {"e", 0}},
		"longest name":         {{strings.Repeat("é", MaxName/2), 0}},
		"names differ in case": {{"A", 0}, {"a", 0}},
	} {
		if err := l.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLaddersThatAreNot(t *testing.T) {
	for name, c := range map[string]struct {
		ladder Ladder
		index  int
	}{
		"nil":                           {nil, 0},
		"empty":                         {Ladder{}, 0},
		"15 versions":                   {names(MaxVersions + 1), 14},
		"no name":                       {Ladder{{"a", 0}, {"", 0}}, 1},
		"name used twice":               {Ladder{{"a", 0}, {"b", 0}, {"a", 0}}, 2},
		"name too long":                 {Ladder{{strings.Repeat("a", MaxName+1), 0}}, 0},
		"name not UTF-8":                {Ladder{{"a\xff", 0}}, 0},
		"name with newline":             {Ladder{{"a\nb", 0}}, 0},
		"name with delete":              {Ladder{{"a\x7f", 0}}, 0},
		"negative pixels":               {Ladder{{"a", -1}}, 0},
		"pixels decrease":               {Ladder{{"a", 100}, {"b", 99}}, 1},
		"pixels decrease after unknown": {Ladder{{"a", 100}, {"b", 0}, {"c", 99}}, 2},
	} {
		err := c.ladder.Validate()
		var e *LadderError
		if !errors.Is(err, ErrLadder) || !errors.As(err, &e) || e.Index != c.index {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLadderErrorNamesThePlace(t *testing.T) {
	const want = "label: invalid ladder: version 1: its name is used twice"
	if err := (Ladder{{"a", 0}, {"a", 0}}).Validate(); err.Error() != want {
		t.Fatal(err)
	}
}

func TestDefaultLadderIsANewOne(t *testing.T) {
	DefaultLadder()[0].Name = "changed"
	if DefaultLadder()[0].Name != "thumbnail" {
		t.Fatal("a change to one default ladder is seen in the next")
	}
}

// A ladder of n versions has the levels 0 to n-1, complete and withdrawn.
func TestLevelsOfALadder(t *testing.T) {
	for n := 1; n <= MaxVersions; n++ {
		for level := range 16 {
			for _, generation := range []uint32{0, MaxGeneration} {
				r, _ := At(generation, level)
				err := names(n).Check(r)
				var e *RankError
				switch has := level < n || level >= 14; {
				case has && err != nil:
					t.Errorf("%d versions, %v: %v", n, r, err)
				case !has && (!errors.Is(err, ErrLevel) || !errors.As(err, &e) || e.Level != level):
					t.Errorf("%d versions, %v: %v", n, r, err)
				}
			}
		}
	}
}

func TestIndexOfAVersion(t *testing.T) {
	l := DefaultLadder()
	for i, v := range l {
		if got, ok := l.Index(v.Name); got != i || !ok {
			t.Errorf("%s: %d, %v", v.Name, got, ok)
		}
	}
	if _, ok := l.Index("Original"); ok {
		t.Error("names must be equal byte for byte")
	}
}

func FuzzVersionName(f *testing.F) {
	for _, s := range []string{"original", "", "a\x00", "\xc3\x28", strings.Repeat("x", MaxName+1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if (Ladder{{Name: name}}).Validate() != nil {
			return
		}
		if name == "" || len(name) > MaxName || !utf8.ValidString(name) || strings.ContainsAny(name, "\x00\n\r\t\x1b\x7f") {
			t.Fatalf("%q is taken as a name", name)
		}
	})
}

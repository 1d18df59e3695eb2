package program

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/alecthomas/kong"
)

// options are what a configuration file says, by the names of flags.
type options struct {
	file   string
	values map[string]any
}

// configuration reads a file of options, a JSON object. It has no half: what is no whole object,
// or names what no flag is called, is refused.
func configuration(r io.Reader) (kong.Resolver, error) {
	o := options{file: "the configuration", values: map[string]any{}}
	if f, ok := r.(*os.File); ok {
		o.file = f.Name()
	}
	data, err := io.ReadAll(r)
	if err == nil {
		err = json.Unmarshal(data, &o.values)
	}
	if err != nil {
		return nil, Plain(fmt.Errorf("%s cannot be used: it is to be a JSON object, such as {\"data\": \"/srv/glimpse\"} (%w)", o.file, err))
	}
	return o, nil
}

// Validate implements kong.Resolver.
func (o options) Validate(app *kong.Application) error {
	known := map[string]bool{}
	each(app.Node, func(f *kong.Flag) { known[f.Name] = true })
	for _, name := range slices.Sorted(maps.Keys(o.values)) {
		if !known[name] {
			return Plain(fmt.Errorf("%s cannot be used: there is no option %q", o.file, name))
		}
	}
	return nil
}

// each calls visit with the flags of a command and those below it.
func each(of *kong.Node, visit func(*kong.Flag)) {
	for _, f := range of.Flags {
		visit(f)
	}
	for _, child := range of.Children {
		each(child, visit)
	}
}

// Resolve implements kong.Resolver. What the file says is read as on the command line, so that
// what is wrong with it is said in the same words.
func (o options) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	switch v := o.values[flag.Name].(type) {
	case nil:
		return nil, nil
	case []any:
		var texts []string
		for _, one := range v {
			texts = append(texts, fmt.Sprint(one))
		}
		return kong.JoinEscaped(texts, ','), nil
	default:
		return fmt.Sprint(v), nil
	}
}

package gallery

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

//go:embed js/lib js/app
var sources embed.FS

// entries are the modules that pages name; what they import comes along.
var entries = []string{
	"style.css",
	"albums.js", "album.js",
	"signin.js", "settings.js", "link.js",
	"join.js", "keys.js",
	"new.js", "edit.js", "make/worker.js",
	"sw.js",
}

// assets are what pages load, bundled from the sources when a gallery is made: by name, which
// has a hash of the content in it, so that browsers keep them for good.
type assets struct {
	files  map[string]asset
	names  map[string]string // of entries
	worker asset             // the service worker, whose address stays the same
	icon   asset
}

// bundle packs the modules, each once, without comments and white space. A worker is one file,
// which imports nothing.
func bundle() (*assets, error) {
	a := &assets{files: map[string]asset{}, names: map[string]string{}}
	files, err := build(api.BuildOptions{Splitting: true, Format: api.FormatESModule}, entries...)
	if err != nil {
		return nil, err
	}
	for name, data := range files {
		a.files[name] = pack(name, data)
		stem, _, _ := strings.Cut(name, "-")
		a.names[stem+path.Ext(name)] = name
	}
	alone, err := build(api.BuildOptions{Format: api.FormatIIFE}, "sw.js")
	if err != nil {
		return nil, err
	}
	for name, data := range alone {
		a.worker = pack(name, data)
	}
	icon, err := sources.ReadFile("js/app/icon.svg")
	a.icon = pack("icon.svg", icon)
	return a, err
}

func build(options api.BuildOptions, names ...string) (map[string][]byte, error) {
	options.Bundle, options.Target, options.LegalComments = true, api.ES2022, api.LegalCommentsNone
	options.MinifyWhitespace, options.MinifySyntax, options.MinifyIdentifiers = true, true, true
	options.EntryNames, options.ChunkNames, options.Outdir = "[name]-[hash]", "[name]-[hash]", "/assets"
	options.LogLevel, options.Plugins = api.LogLevelSilent, []api.Plugin{embedded}
	for _, name := range names {
		options.EntryPoints = append(options.EntryPoints, "js/app/"+name)
	}
	built := api.Build(options)
	if len(built.Errors) > 0 {
		return nil, fmt.Errorf("gallery: %v: %s", built.Errors[0].Location, built.Errors[0].Text)
	}
	files := map[string][]byte{}
	for _, f := range built.OutputFiles {
		files[path.Base(strings.ReplaceAll(f.Path, `\`, "/"))] = f.Contents
	}
	return files, nil
}

// embedded has esbuild read the modules from the program itself.
var embedded = api.Plugin{Name: "embedded", Setup: func(b api.PluginBuild) {
	b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(in api.OnResolveArgs) (api.OnResolveResult, error) {
		name := path.Clean(in.Path)
		if in.Importer != "" {
			name = path.Join(path.Dir(in.Importer), in.Path)
		}
		return api.OnResolveResult{Path: name, Namespace: "embedded"}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "embedded"}, func(in api.OnLoadArgs) (r api.OnLoadResult, err error) {
		data, err := fs.ReadFile(sources, in.Path)
		text := string(data)
		r.Contents, r.Loader = &text, api.LoaderJS
		if strings.HasSuffix(in.Path, ".css") {
			r.Loader = api.LoaderCSS
		}
		return r, err
	})
}}

// URL is where pages find an entry.
func (a *assets) URL(entry string) string { return "/assets/" + a.names[entry] }

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, ok := a.files[path.Base(r.URL.Path)]
	if !ok {
		w.Header().Set("Cache-Control", "no-store")
		http.NotFound(w, r)
		return
	}
	one.serve(w, r, "public, max-age=31536000, immutable")
}

package gallery

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/evanw/esbuild/pkg/api"
)

//go:embed js/lib js/app
var sources embed.FS

// entries are the modules that pages name; what they import comes along.
var entries = []string{
	"style.css",
	"albums.js", "album.js", "sw.js",
	"signin.js", "settings.js", "link.js", "session.css",
	"join.js", "keys.js",
}

// assets are what pages load, bundled from the sources when a gallery is made: by name, which
// has a hash of the content in it, so that browsers keep them for good.
type assets struct {
	files map[string][]byte
	names map[string]string // of entries
}

// bundle packs the modules, each once, without comments and white space.
func bundle() (*assets, error) {
	options := api.BuildOptions{
		Bundle: true, Splitting: true, Format: api.FormatESModule, Target: api.ES2022,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsNone,
		EntryNames: "[name]-[hash]", ChunkNames: "[name]-[hash]", Outdir: "/assets", Metafile: false, LogLevel: api.LogLevelSilent,
		Plugins: []api.Plugin{embedded},
	}
	for _, name := range entries {
		options.EntryPoints = append(options.EntryPoints, "js/app/"+name)
	}
	built := api.Build(options)
	if len(built.Errors) > 0 {
		return nil, fmt.Errorf("gallery: %v: %s", built.Errors[0].Location, built.Errors[0].Text)
	}
	a := &assets{map[string][]byte{}, map[string]string{}}
	for _, f := range built.OutputFiles {
		name := path.Base(strings.ReplaceAll(f.Path, `\`, "/"))
		a.files[name] = f.Contents
		stem := name[:strings.LastIndex(name, "-")]
		a.names[stem+path.Ext(name)] = name
	}
	return a, nil
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

// worker serves the service worker, whose address must stay the same, and is for all pages.
func (a *assets) worker(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "sw.js", time.Time{}, bytes.NewReader(a.files[a.names["sw.js"]]))
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	data, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	sum := sha256.Sum256(data)
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

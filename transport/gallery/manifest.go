package gallery

import "net/http"

// manifest is what browsers know of the gallery that have it on their home screen (Web Application
// Manifest).
func (g *Gallery) manifest(w http.ResponseWriter, r *http.Request) {
	words := g.wordsFor(r)
	h := w.Header()
	h.Set("Content-Type", "application/manifest+json")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("Vary", "Accept-Language, Cookie")
	_, _ = w.Write(encode(map[string]any{ // an error is the browser's, that has gone
		"name": "Glimpse", "short_name": "Glimpse", "description": words.Say("session.manifest"), "lang": words.Language,
		"id": "/", "start_url": "/", "scope": "/", "display": "standalone", "background_color": "#131416", "theme_color": "#131416",
		"icons": []map[string]string{{"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}},
	}))
}

package httplink

import (
	"net/http"
	"strings"
)

// What pages of other origins may do (Fetch standard, section 3.3): make the requests of stations
// and of tus clients, and read the answers.
const (
	pageMethods = "GET, HEAD, POST, PATCH"
	pageHeaders = "Authorization, Content-Type, Range, If-None-Match, Last-Event-ID, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Defer-Length"
	pageReads   = "Glimpse-Size, Glimpse-Fault, ETag, Content-Range, Location, Tus-Resumable, Tus-Version, Upload-Offset, Upload-Length, Upload-Defer-Length"
	// pageAsks is for how long browsers need not ask again, in seconds; they take two hours at most.
	pageAsks = "7200"
)

// crossOrigin lets pages of all origins call a station. No origin is better than another, since
// nothing is done for who a browser is: a page shows a seal or a token, as every caller does. With
// cookies, which browsers add by themselves, no page of another origin reads an answer: that would
// need the header Access-Control-Allow-Credentials. What browsers ask before they call (preflights)
// is answered here, and is no call.
func crossOrigin(station http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if r.Header.Get("Origin") == "" {
			station.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", "*")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			answerPreflight(w, r)
			return
		}
		h.Set("Access-Control-Expose-Headers", pageReads)
		station.ServeHTTP(w, r)
	})
}

// answerPreflight says what pages may ask. A station at home also says that it may be called by
// pages from elsewhere (Private Network Access).
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", pageMethods)
	h.Set("Access-Control-Allow-Headers", pageHeaders)
	h.Set("Access-Control-Max-Age", pageAsks)
	if strings.EqualFold(r.Header.Get("Access-Control-Request-Private-Network"), "true") {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}

package main

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"
)

// An endpoint is where a station serves, as its fields say it.
type endpoint struct {
	user, key []byte
	number    uint64
	urls, web []string
	seal      []byte
}

// wantedEndpoint is what a decoder finds in an endpoint.
type wantedEndpoint struct {
	User   string   `json:"user"`
	Key    string   `json:"key"`
	Number uint64   `json:"number"`
	URLs   []string `json:"urls,omitempty"`
	Web    []string `json:"web,omitempty"`
	Seal   string   `json:"seal,omitempty"`
}

func (e endpoint) node() *node {
	return arrayNode(bytesNode(e.user...), bytesNode(e.key...), uintNode(e.number), urlsNode(e.urls), urlsNode(e.web), bytesNode(e.seal...))
}

func urlsNode(urls []string) *node {
	list := arrayNode()
	for _, url := range urls {
		list.kids = append(list.kids, textNode(url))
	}
	return list
}

func (e endpoint) want() wantedEndpoint {
	return wantedEndpoint{hex.EncodeToString(e.user), hex.EncodeToString(e.key), e.number, e.urls, e.web, hex.EncodeToString(e.seal)}
}

// serving is an endpoint with every field.
func serving() endpoint {
	return endpoint{anna, hub, 7, []string{"https://192.0.2.7:8443", "https://[2001:db8::7]/glimpse"}, []string{"https://anna.example"}, sealOf(0, 8).bytes}
}

func endpointVectors(s *suite) {
	add := func(name, description string, change func(e *endpoint)) {
		e := serving()
		change(&e)
		s.add(vector{Name: "endpoint-" + name, Description: description, Kind: "endpoint", Want: e.want()}, e.node())
	}
	add("whole", "Every field.", func(*endpoint) {})
	add("unsealed", "No seal yet.", func(e *endpoint) { e.seal = nil })
	add("nowhere", "A station that serves nowhere any more.", func(e *endpoint) { e.urls, e.web = nil, nil })
	add("authority", "A station of an authority.", func(e *endpoint) { e.user = id(0) })
	add("last", "The greatest number.", func(e *endpoint) { e.number = math.MaxInt64 })
	add("longest", "As many URLs as there may be, and as long.", func(e *endpoint) {
		url := strings.Repeat("u", 1024)
		e.urls, e.web = []string{url, url, url, url}, []string{url, url, url, url}
	})
}

func badEndpointVectors(s *suite) {
	bad := func(name, description, err string, change func(n *node)) {
		n := serving().node()
		change(n)
		s.add(vector{Name: "bad-endpoint-" + name, Description: description, Kind: "endpoint", Error: err}, n)
	}
	put := func(i int, k *node) func(n *node) { return func(n *node) { n.kids[i] = k } }
	bad("map", "An endpoint as a map.", "ErrType", func(n *node) { n.major = mapping })
	bad("short", "A field less.", "ErrLength", func(n *node) { n.kids = n.kids[:5] })
	bad("long", "A field more.", "ErrLength", func(n *node) { n.kids = append(n.kids, uintNode(0)) })
	bad("indefinite", "An array of indefinite length.", "ErrNotCanonical", func(n *node) { n.open = true })
	bad("user-short", "A user of 15 bytes.", "ErrLength", put(0, bytesNode(anna[1:]...)))
	bad("key-zero", "A key of zeros.", "ErrZero", put(1, bytesNode(make([]byte, 32)...)))
	bad("key-short", "A key of 31 bytes.", "ErrLength", put(1, bytesNode(hub[1:]...)))
	bad("number-zero", "The number 0.", "ErrZero", put(2, uintNode(0)))
	bad("number-over", "The number 2^63.", "ErrLimit", put(2, uintNode(1<<63)))
	bad("number-wide", "A number that is not in the shortest form.", "ErrNotCanonical", put(2, &node{major: unsigned, arg: 7, wide: 2}))
	bad("url-empty", "An empty URL.", "ErrLength", put(3, urlsNode([]string{""})))
	bad("url-bytes", "A URL as bytes.", "ErrType", put(3, arrayNode(bytesNode('u'))))
	bad("url-utf8", "A URL that is not UTF-8.", "ErrUTF8", put(3, urlsNode([]string{"\xff"})))
	bad("url-long", "A URL of a byte more than there may be.", "ErrLimit", put(3, urlsNode([]string{strings.Repeat("u", 1025)})))
	bad("urls-many", "A URL more than there may be.", "ErrLimit", put(3, urlsNode(strings.Split("abcde", ""))))
	bad("web-many", "A URL more than there may be, of the others.", "ErrLimit", put(4, urlsNode(strings.Split("abcde", ""))))
	bad("seal-text", "A seal as a text.", "ErrType", put(5, textNode("s")))
	bad("seal-long", "A seal of a byte more than there may be.", "ErrLimit", put(5, bytesNode(make([]byte, 1025)...)))
	for _, left := range []int{0, 1, 10, 40, 53, 80} {
		b := expand(serving().node().encode())
		s.list = append(s.list, vector{Name: fmt.Sprint("bad-endpoint-cut-", left), Description: "Ends early.", Kind: "endpoint",
			Hex: hexOf(b[:left]), Error: "ErrTruncated",
			Diagnostic: serving().node().diagnostic() + fmt.Sprintf(" / of which the first %d bytes of %d /", left, len(b))})
	}
}

package httplink

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// errPath is what names that are none are answered: there is nothing there.
var errPath = transport.At(transport.ErrNotFound, "path")

func pathName(r *http.Request) (collection.Name, error) {
	var n collection.Name
	err := errors.Join(
		n.Author.UnmarshalText([]byte(r.PathValue("author"))),
		n.ID.UnmarshalText([]byte(r.PathValue("id"))))
	if err != nil {
		return n, errPath
	}
	return n, nil
}

func pathRef(r *http.Request) (transport.Ref, error) {
	name, err := pathName(r)
	ref := transport.Ref{Collection: name}
	if err != nil || ref.Item.UnmarshalText([]byte(r.PathValue("item"))) != nil {
		return ref, errPath
	}
	return ref, nil
}

func pathVersion(r *http.Request) (transport.Ref, error) {
	ref, err := pathRef(r)
	if err != nil {
		return ref, err
	}
	ref.Version, err = pathNumber(r, "version", label.MaxVersions-1)
	return ref, err
}

// pathNumber reads a number in the path.
func pathNumber(r *http.Request, name string, greatest int) (int, error) {
	n, ok := number(r.PathValue(name))
	if !ok || n > int64(greatest) {
		return 0, errPath
	}
	return int(n), nil
}

// queried are the routes that read queries of their own, and where nothing is.
var queried = map[string]bool{pushRoute: true, originalRoute: true, originalsRoute: true, "/": true, "/v1/links/": true}

// noQuery refuses queries where there are none, as query does where there are some. Routes of
// uploads see to theirs, and browsers ask for OPTIONS with one.
func noQuery(r *http.Request) error {
	if queried[r.Pattern] || strings.Contains(r.Pattern, " /v1/uploads/") {
		return nil
	}
	_, err := query(r)
	return err
}

// query reads the numbers that a query is of, each once; -1 where one is missing.
// What it cannot read is refused, not passed over: who asks for something else must
// not get this.
func query(r *http.Request, keys ...string) ([]int64, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, transport.At(transport.ErrMalformed, "query")
	}
	numbers := make([]int64, len(keys))
	for i, key := range keys {
		if numbers[i] = -1; !values.Has(key) {
			continue
		}
		var ok bool
		if numbers[i], ok = number(values.Get(key)); !ok || len(values[key]) > 1 {
			return nil, transport.At(transport.ErrMalformed, key)
		}
		delete(values, key)
	}
	if len(values) > 0 {
		return nil, transport.At(transport.ErrMalformed, "query")
	}
	return numbers, nil
}

// querySet reads the set of items that a query is of, in its one form.
func querySet(r *http.Request) (transport.Bits, error) {
	text, ok := strings.CutPrefix(r.URL.RawQuery, "items=")
	items, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil || transport.Bits(items).IsEmpty() || items[len(items)-1] == 0 {
		return nil, transport.At(transport.ErrMalformed, "items")
	}
	return items, nil
}

// number reads a number that is not negative, in its one form.
func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == text
}

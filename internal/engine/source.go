package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// withSource adds what one station serves to the sources: in the place of where the station
// served before.
func withSource(sources []transport.Source, add transport.Source) []transport.Source {
	if add.Items.IsEmpty() {
		return sources
	}
	add = current(sources, add)
	out := moved(sources, add)
	for i, s := range out {
		if s.User == add.User && s.URL == add.URL {
			out[i].Items = s.Items.Or(add.Items).Trim()
			out[i].Endpoint = newerEndpoint(s.Endpoint, add.Endpoint)
			return out
		}
	}
	return append(out, add)
}

// moved is the sources with what the station of another served elsewhere before.
func moved(sources []transport.Source, to transport.Source) []transport.Source {
	var left []transport.Source
	to.Items = nil
	for _, s := range sources {
		if hasLeft(s, to) {
			to.Items = to.Items.Or(s.Items).Trim()
		} else {
			left = append(left, s)
		}
	}
	return withSource(left, to)
}

// current is a source where its station serves now, if one that the station has sealed later
// says that it is elsewhere.
func current(sources []transport.Source, of transport.Source) transport.Source {
	for _, s := range sources {
		if hasLeft(of, s) {
			of.URL, of.Endpoint = s.URL, s.Endpoint
		}
	}
	return of
}

// hasLeft reports whether a station has left one source for another: it has sealed later that
// it serves there, and no more where it did.
func hasLeft(source, other transport.Source) bool {
	if source.User != other.User || source.URL == other.URL {
		return false
	}
	was, errWas := collection.DecodeEndpoint(source.Endpoint)
	is, err := collection.DecodeEndpoint(other.Endpoint)
	still, _ := is.Serves(source.URL)
	return errWas == nil && err == nil && was.Key == is.Key && was.Number < is.Number && !still
}

// newerEndpoint is the endpoint that counts of two for one address: of one key the one
// with the greater number, else the one that was announced last.
func newerEndpoint(known, announced []byte) []byte {
	a, err := collection.DecodeEndpoint(known)
	b, bad := collection.DecodeEndpoint(announced)
	if bad != nil || err == nil && a.Key == b.Key && a.Number > b.Number {
		return known
	}
	return announced
}

package httplink

import "github.com/glimpse-go/glimpse/transport"

// OriginalURL is where a station with a base URL serves the complete version of an item, to those
// whom it knows.
func OriginalURL(base string, ref transport.Ref) string {
	return base + "/v1/originals/" + ref.Collection.String() + "/" + ref.Item.String()
}

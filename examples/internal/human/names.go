package human

import (
	"regexp"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
)

// itemWords is how the SDK's errors speak of an item: by its id.
var itemWords = regexp.MustCompile(`\b(?:item )?([0-9a-f]{32})\b`)

// worded is an error in the words of people.
type worded struct {
	error
	text string
}

// Error returns the words.
func (e worded) Error() string { return e.text }

// Unwrap returns the error itself.
func (e worded) Unwrap() error { return e.error }

// As puts an error into other words.
func As(err error, text string) error { return worded{err, text} }

// Named has an error call the items by the names that people know, which name returns; "" is of
// one that is not known. Without an error there is none.
func Named(err error, name func(collection.ItemID) string) error {
	if err == nil {
		return nil
	}
	return As(err, itemWords.ReplaceAllStringFunc(err.Error(), func(words string) string {
		var id collection.ItemID
		if id.UnmarshalText([]byte(words[strings.LastIndexByte(words, ' ')+1:])) != nil {
			return words
		}
		if known := name(id); known != "" {
			return known
		}
		return words
	}))
}

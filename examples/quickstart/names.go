package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
)

// itemWords is how the SDK's errors speak of an item: by its id.
var itemWords = regexp.MustCompile(`\b(?:item )?([0-9a-f]{32})\b`)

// namedError is an error whose text names files instead of items.
type namedError struct {
	error
	text string
}

// Error returns the text with the names.
func (e namedError) Error() string { return e.text }

// Unwrap returns the error itself.
func (e namedError) Unwrap() error { return e.error }

// named has an error name the files that people know.
func (c *cast) named(err error) error {
	if err == nil || c.camera == nil {
		return err
	}
	text := itemWords.ReplaceAllStringFunc(err.Error(), c.camera.nameIn)
	return namedError{err, text}
}

// nameIn returns the name for the words that an error has for an item.
func (c *camera) nameIn(words string) string {
	last := words[strings.LastIndexByte(words, ' ')+1:]
	var id collection.ItemID
	if id.UnmarshalText([]byte(last)) != nil {
		return words
	}
	if p, ok := c.photos[id]; ok {
		return fmt.Sprintf("%q", p.name)
	}
	return words
}

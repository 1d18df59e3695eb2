package main

import (
	"errors"

	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/media"
)

// remark is what there is to say of a file.
type remark = find.Remark

// findFiles lists the files of -photos.
func findFiles(dir string) (*find.Found, error) {
	card, err := find.Files(dir)
	switch {
	case errors.Is(err, find.ErrNone):
		return nil, program.Usage("-photos: %w", err)
	case err == nil && len(card.Files)+len(card.Bad) == 0:
		hidden := ""
		if card.Hidden > 0 {
			hidden = ", and " + human.Count(card.Hidden, "hidden or system file was", "hidden or system files were") + " left out"
		}
		return nil, program.Usage("there is no file in %s that could be shared%s", dir, hidden)
	}
	return card, err
}

// helps says what can be done about a picture that cannot be made.
var helps = []struct {
	kind  error
	words string
}{
	{media.ErrNoEngine, "another engine may read it" + helpOfEngines},
	{media.ErrFormat, "another engine may read it" + helpOfEngines},
	{media.ErrTooLarge, "a larger -budget would help" + helpOfEngines},
	{media.ErrNoFFmpeg, "install it to see the first frame"},
	{media.ErrCorrupt, "another copy may be whole"},
}

// reason says what a file is, what is wrong with it, and what would help.
func reason(err error) string {
	if errors.Is(err, device.ErrChanged) {
		return "changed while it was being shared"
	}
	for _, h := range helps {
		if errors.Is(err, h.kind) {
			return find.Why(err) + "; " + h.words
		}
	}
	return find.Why(err)
}

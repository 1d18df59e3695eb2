package main

import (
	"strings"

	"github.com/glimpse-go/glimpse/transport/media"
)

// equip provides a maker of pictures with the engines there are, and the memory that the
// user allows.
func (o options) equip(m *media.Maker) {
	m.Engines, m.Budget = engines(), o.budget<<20
}

// engineNames says what pictures are made with, in the order of trial.
func engineNames() []string {
	var names []string
	for _, e := range engines() {
		names = append(names, e.String())
	}
	return append(names, media.Pure{}.String())
}

// engineLine says it in the story.
func engineLine() string {
	return "Thumbnails are made by " + strings.Join(engineNames(), ", then ") + "."
}

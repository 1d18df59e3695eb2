//go:build vips && cgo

package vips_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
	"github.com/glimpse-go/glimpse/transport/media/vips"
)

func TestSuite(t *testing.T) {
	engine, err := vips.New()
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Engine(t, engine)
}

//go:build !vips || !cgo

package vips_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/vips"
)

func TestNotBuilt(t *testing.T) {
	if engine, err := vips.New(); engine != nil || !errors.Is(err, vips.ErrNotBuilt) {
		t.Errorf("New() = %v, %v, want ErrNotBuilt", engine, err)
	}
}

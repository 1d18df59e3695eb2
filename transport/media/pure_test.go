package media_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

func TestPure(t *testing.T) { mediatest.Engine(t, media.Pure{}) }

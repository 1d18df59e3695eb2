package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/glimpse-go/glimpse/transport/peer"
)

// Media makes what items consist of, and looks at it as people do. Whoever makes
// it, the words are the same: errors of one item are "MEDIA TYPE: CAUSE".
type Media interface {
	// Take returns the media type and the versions of an item that a camera takes,
	// by their places in the default ladder.
	Take(ctx context.Context, shot Shot) (mediaType string, versions map[int][]byte, err error)
	// Renderer makes the versions that a peer makes, with ffmpeg or without.
	Renderer(ffmpeg bool) peer.Renderer
	// Look says what a partial version shows: "a small picture", "its first frame"
	// or "an icon".
	Look(version int, data []byte) (string, error)
}

// Shot is an item that a camera takes.
type Shot struct {
	Name     string
	Kind     string // "photo", "video" or "document"
	Versions []int  // places in the default ladder
	FFmpeg   bool   // the camera has the program
}

// madeUp are media of a few words each.
type madeUp struct{}

var madeUpTypes = map[string]string{"photo": "image/jpeg", "video": "video/mp4", "document": "application/pdf"}

// Take implements Media.
func (madeUp) Take(_ context.Context, s Shot) (string, map[int][]byte, error) {
	if s.Kind == "video" && !s.FFmpeg {
		return "", nil, unable("video/mp4: ffmpeg is not installed")
	}
	versions := map[int][]byte{}
	for _, v := range s.Versions {
		text := fmt.Appendf(nil, "%s in version %d. ", s.Name, v)
		switch {
		case s.Kind == "video":
			text = append([]byte("first frame of "), text...)
		case s.Kind == "document" && v < 2: // the same for all of a type
			text = []byte("icon. ")
		}
		versions[v] = bytes.Repeat(text, 10<<(2*v))
	}
	return madeUpTypes[s.Kind], versions, nil
}

// Renderer implements Media.
func (madeUp) Renderer(ffmpeg bool) peer.Renderer {
	return peer.RendererFunc(func(_ context.Context, p peer.Picture, to io.Writer) error {
		switch mediaType := p.Item.MediaType; {
		case mediaType == madeUpTypes["document"]:
			return unable(mediaType + ": no readable picture or video")
		case mediaType == madeUpTypes["video"] && !ffmpeg:
			return unable(mediaType + ": ffmpeg is not installed")
		}
		original, err := io.ReadAll(io.NewSectionReader(p.Original, 0, p.Original.Size()))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(to, "%s made of %s", p.Version.Name, original[:min(100, len(original))])
		return err
	})
}

// Look implements Media.
func (madeUp) Look(_ int, data []byte) (string, error) {
	switch text := string(data); {
	case strings.Contains(text, "first frame"):
		return "its first frame", nil
	case strings.HasPrefix(text, "icon"):
		return "an icon", nil
	}
	return "a small picture", nil
}

// unable says that a version cannot be made.
type unable string

func (u unable) Error() string { return string(u) }

// Unwrap is what a peer's renderer says so with.
func (unable) Unwrap() error { return errors.ErrUnsupported }

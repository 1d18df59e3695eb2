package mediafiles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// patience is how long ffmpeg may take for the first frame of a video.
const patience = time.Minute

var errPatience error = tooLong{}

// tooLong says that it took longer than that.
type tooLong struct{}

// Error implements error.
func (tooLong) Error() string { return fmt.Sprintf("ffmpeg took longer than %v", patience) }

// Unwrap returns what the errors of package media wrap: no picture can be made.
func (tooLong) Unwrap() error { return errors.ErrUnsupported }

// Renderer makes the partial versions of photos and videos that a home computer
// is asked for. What it cannot make, such as a picture of a document, of a damaged
// photo, or of a video where ffmpeg is not installed, it says with an error that
// wraps errors.ErrUnsupported, as the errors of package media do: the peer then
// goes on without that version. Its zero value is ready for use; it is safe for
// concurrent use and must not be copied.
type Renderer struct {
	// Maker makes the versions. It is not changed after the first use.
	Maker media.Maker
}

// Preview implements peer.Previewer.
func (*Renderer) Preview(version []byte) ([]byte, error) {
	return media.Picture{JPEG: version}.Preview()
}

// Render implements peer.Renderer.
func (r *Renderer) Render(ctx context.Context, p peer.Picture, w io.Writer) error {
	v, ok := label.DefaultLadder().Index(p.Version.Name)
	if !ok || v >= len(boxes) {
		return fmt.Errorf("version %q: %w", p.Version.Name, errors.ErrUnsupported)
	}
	info, pictures, err := r.Maker.Make(ctx, p.Original, p.Original.Size(), boxes[v])
	if errors.Is(err, media.ErrFormat) && isVideo(info.MediaType) {
		if err = r.ready(info.MediaType); err == nil {
			pictures, err = r.frame(ctx, p.Original, boxes[v])
		}
	}
	if err != nil {
		return err
	}
	_, err = w.Write(pictures[0].JPEG)
	return err
}

// ready looks for ffmpeg before a long video is copied for it.
func (r *Renderer) ready(mediaType string) error {
	if _, err := exec.LookPath(cmp.Or(r.Maker.FFmpeg, "ffmpeg")); err != nil {
		return &media.Error{MediaType: mediaType, Kind: media.ErrNoFFmpeg, Err: err}
	}
	return nil
}

// frame copies a video into a file of os.TempDir, since ffmpeg reads files only,
// and takes its first frame.
func (r *Renderer) frame(ctx context.Context, video transport.Blob, box media.Box) ([]media.Picture, error) {
	f, err := os.CreateTemp("", "video")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = io.Copy(f, io.NewSectionReader(video, 0, video.Size()))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	_, pictures, err := r.Maker.File(ctx, f.Name(), box)
	return pictures, err
}

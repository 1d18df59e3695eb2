package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"strings"
	"time"
)

// demuxers has, for the containers that are recognised, ffmpeg's name for them.
var demuxers = map[string]string{
	"video/mp4":        "mov",
	"video/quicktime":  "mov",
	"video/3gpp":       "mov",
	"video/webm":       "matroska",
	"video/matroska":   "matroska",
	"video/x-msvideo":  "avi",
	"video/mpeg":       "mpeg",
	"video/mp2t":       "mpegts",
	"application/mp2t": "mpegts",
}

// Bounds for ffmpeg, whose own memory is not this process's.
const (
	largestFrame = 1 << 26 // pixels of the video
	largestAsked = 4096    // pixels of each side of what is asked of ffmpeg
	killWait     = 2 * time.Second
)

var (
	errNoFrameCame  = errors.New("no frame")
	errLongerOutput = errors.New("more output than the frame can have")
)

// fromVideo has ffmpeg scale the first frame to the common box of all boxes and
// makes the versions from that.
func (m *Maker) fromVideo(ctx context.Context, path, demuxer string, boxes []Box) ([]Picture, error) {
	if len(boxes) == 0 {
		return nil, nil
	}
	program := m.FFmpeg
	if program == "" {
		program = "ffmpeg"
	}
	program, err := exec.LookPath(program)
	if err != nil {
		return nil, because(ErrNoFFmpeg, err)
	}
	size := common(boxes)
	frame, err := m.frame(ctx, program, frameArgs(path, demuxer, size), 4*size.X*size.Y+1<<16)
	if err != nil {
		return nil, err
	}
	_, pictures, err := m.Make(ctx, bytes.NewReader(frame), int64(len(frame)), boxes...)
	return pictures, err
}

// common returns the smallest box that holds all boxes.
func common(boxes []Box) (size image.Point) {
	for _, b := range boxes {
		if b.W <= 0 || b.W > largestAsked {
			b.W = largestAsked
		}
		if b.H <= 0 || b.H > largestAsked {
			b.H = largestAsked
		}
		size = image.Pt(max(size.X, b.W), max(size.Y, b.H))
	}
	return size
}

// frameArgs asks for one PNG on standard output. Pixels that are not square are
// made so first.
func frameArgs(path, demuxer string, size image.Point) []string {
	filter := fmt.Sprintf("scale=w='min(4*iw,max(1,iw*sar))':h=ih,setsar=1,"+
		"scale=w='min(%d,iw)':h='min(%d,ih)':force_original_aspect_ratio=decrease", size.X, size.Y)
	return []string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
		"-protocol_whitelist", "file", "-f", demuxer, "-max_pixels", fmt.Sprint(largestFrame),
		"-i", "file:" + path,
		"-map", "0:V:0", "-frames:v", "1", "-vf", filter, "-map_metadata", "-1",
		"-f", "image2pipe", "-c:v", "png", "-pix_fmt", "rgb24", "-threads", "1", "pipe:1",
	}
}

// frame runs ffmpeg. The bytes that may come count against the budget.
func (m *Maker) frame(ctx context.Context, program string, args []string, limit int) ([]byte, error) {
	b := m.memory()
	if int64(limit) > b.size {
		return nil, because(ErrTooLarge, fmt.Errorf("a frame may need %d bytes of %d", limit, b.size))
	}
	if err := b.acquire(ctx, int64(limit)); err != nil {
		return nil, because(nil, err)
	}
	defer b.release(int64(limit))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := &bounded{limit: limit, full: func() { cancel(errLongerOutput) }}
	said := &bounded{limit: 4096}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, said, killWait
	err := cmd.Run()
	switch cause := context.Cause(ctx); {
	case cause == errLongerOutput:
		return nil, because(ErrTooLarge, cause)
	case cause != nil:
		return nil, because(nil, cause)
	case err != nil:
		return nil, because(ErrCorrupt, fmt.Errorf("ffmpeg: %w: %s", err, lastLine(said.kept)))
	case len(out.kept) == 0:
		return nil, because(ErrCorrupt, errNoFrameCame)
	}
	return out.kept, nil
}

// bounded keeps the first bytes written to it and drops the rest. It does not
// embed a bytes.Buffer, whose ReadFrom would know no bound.
type bounded struct {
	kept  []byte
	limit int
	full  func()
}

func (b *bounded) Write(p []byte) (int, error) {
	room := b.limit - len(b.kept)
	if room < len(p) && b.full != nil {
		b.full()
	}
	b.kept = append(b.kept, p[:min(room, len(p))]...)
	return len(p), nil
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

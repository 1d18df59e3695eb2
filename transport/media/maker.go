package media

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Defaults of a Maker.
const (
	defaultBudget  = 192 << 20
	defaultQuality = 80
)

// Maker makes partial versions. The zero value works; a Maker may be used by
// several goroutines at once and must not be copied or changed after its first
// use.
type Maker struct {
	// Engines are tried in their order, and then the pure Go engine.
	Engines []Engine
	// Budget is the memory in bytes for decoding and scaling, over all calls
	// at once. Zero means 192 MiB.
	Budget int64
	// Quality is that of the JPEGs made, 1 to 100. Zero means 80.
	Quality int
	// TrustEmbedded has the thumbnail in a picture's EXIF data taken instead of
	// the picture where it is large enough. It is for a device that knows that
	// it wrote the file itself and that nobody has changed it since: the
	// embedded thumbnail of an edited picture may still show what was cut away
	// or blacked out, or another picture altogether.
	TrustEmbedded bool
	// FFmpeg is the program for videos: a path, or a name that is looked up.
	// Empty means "ffmpeg".
	FFmpeg string

	once   sync.Once
	budget *budget
}

// Make makes one version for each box, in the order of the boxes, from a
// picture of the given size in bytes. Boxes of the same picture are cheaper
// made in one call. Info holds what is known even if there is an error.
//
// The errors are [ErrEmpty], [ErrFormat], [ErrNoEngine], [ErrCorrupt] and
// [ErrTooLarge], or that of the context or the reader. For videos, see
// [Maker.File].
func (m *Maker) Make(ctx context.Context, r io.ReaderAt, size int64, boxes ...Box) (Info, []Picture, error) {
	src := &source{ctx: ctx, r: r, size: size}
	h, err := inspect(src)
	var pictures []Picture
	if err == nil && len(boxes) > 0 {
		pictures, err = m.fromPicture(ctx, h, m.job(src, h, boxes))
	}
	return h.Info, pictures, src.fail(h.MediaType, err)
}

// job describes the picture in the file to the engines.
func (m *Maker) job(src *source, h *header, boxes []Box) Job {
	job := Job{Source: src, Size: src.size, Info: h.Info, Profile: h.profile, Boxes: boxes, Quality: m.Quality, Budget: m.memory().size}
	if job.Quality <= 0 {
		job.Quality = defaultQuality
	}
	if h.preview.Len > 0 {
		job.Source = src.file().Reader(h.preview)
		job.Size, job.Info.MediaType = h.preview.Len, "image/jpeg"
	}
	return job
}

// File is like [Maker.Make] for the file of that name, and takes videos too,
// with [ErrNoFFmpeg] as a further error. A video may take ffmpeg long: give a
// context with a deadline. The name in the error is the last part of the path.
func (m *Maker) File(ctx context.Context, path string, boxes ...Box) (Info, []Picture, error) {
	info, pictures, err := m.file(ctx, path, boxes)
	if err != nil {
		e := &Error{Err: err}
		errors.As(err, &e)
		e.Name = filepath.Base(path)
		err = e
	}
	return info, pictures, err
}

func (m *Maker) file(ctx context.Context, path string, boxes []Box) (Info, []Picture, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return Info{}, nil, err
	}
	if !stat.Mode().IsRegular() { // to open a pipe waits for who writes to it
		return Info{}, nil, because(ErrFormat, errNotFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return Info{}, nil, err
	}
	defer f.Close()
	if stat, err = f.Stat(); err != nil {
		return Info{}, nil, err
	}
	info, pictures, err := m.Make(ctx, f, stat.Size(), boxes...)
	if demuxer := demuxers[info.MediaType]; demuxer != "" {
		pictures, err = m.fromVideo(ctx, path, demuxer, boxes)
		err = (&source{}).fail(info.MediaType, err)
	}
	return info, pictures, err
}

var errNotFile = errors.New("not a regular file")

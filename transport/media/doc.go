// Package media makes the partial versions of a collection's items: thumbnails
// and screens from pictures (JPEG, PNG, GIF, WebP) and from the first frame of
// videos, and a generic icon for every other document.
//
// A [Maker] does all of it. Its zero value is ready for use, and one Maker
// should serve a whole process, because it holds the process's memory budget:
//
//	var maker media.Maker
//	info, pictures, err := maker.File(ctx, "beach.jpg", media.Box{W: 160, H: 120}, media.Box{W: 640, H: 480})
//
// # What is made
//
// Every result is a baseline JPEG that fits its [Box], upright, never enlarged,
// with transparent parts on white. It carries no metadata at all: neither the
// place where a photo was taken nor the camera's serial number is handed out.
// Colour profiles are not applied. Of an animated GIF the first frame counts.
//
// What a file is, is told from its content, never from its name. A text named
// photo.jpg is [ErrFormat].
//
// # The thumbnail inside the file
//
// Decoding a picture takes hundreds of times longer than anything else here, so
// the thumbnail that cameras put in the EXIF data (EXIF 2.32, section 4.5.8) is
// used when it fits: at least nine tenths of the size wanted, the same shape as
// the picture, no black bars, and the file not cut short. What it cannot tell
// is damage in the middle of the file, or that somebody edited the picture with
// a program that left the old thumbnail in. Where that matters, set
// Maker.IgnoreEmbedded.
//
// # Memory
//
// The memory a picture needs is worked out from its header, before anything is
// allocated, and counted against Maker.Budget: several small pictures are
// worked on at once, a large one waits until it fits, and one that never could
// is [ErrTooLarge]. What a finished picture used counts until the garbage
// collector has reclaimed it, and the Maker runs the collector when somebody
// waits for that memory. So the heap grows by the budget and not by twice the
// budget, whatever GOGC is. With the default budget of 192 MiB a process that
// does little else stays under 300 MB.
//
// # Videos
//
// A video's first frame is taken by the ffmpeg program, which runs beside the
// process and is killed when the context ends. It is told which container to
// expect and may open nothing but that one file, so that a playlist in
// disguise reaches neither the network nor other files. Where ffmpeg is not
// installed, the answer for a video is [ErrNoFFmpeg].
//
// # Errors
//
// All errors are of type *[Error]. Each wraps one of [ErrFormat], [ErrCorrupt],
// [ErrTooLarge] and [ErrNoFFmpeg], or else the error of the context or of the
// reader. The four wrap [errors.ErrUnsupported]: a Renderer of package peer that
// returns them as they are has its peer publish everything else.
package media

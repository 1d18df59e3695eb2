// Package media makes the partial versions of a collection's items: thumbnails
// and screens from pictures and from the first frame of videos, an icon for
// every other document, and a generic picture for what a station cannot decode.
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
// with transparent parts on white and of an animation the first frame. Its
// colours are sRGB: a picture's ICC profile is applied (matrix and curves, or
// gray; ICC.1:2001-04 and ICC.1:2022), and a picture without one that EXIF calls
// Adobe RGB is taken as that. It carries no metadata at all: neither the place
// where a photo was taken nor the camera's serial number is handed out.
//
// It is made from the picture and not from the thumbnail that cameras put in the
// EXIF data, since that may show what somebody cut away or blacked out later;
// see Maker.TrustEmbedded.
//
// [Picture.Preview] makes a ThumbHash of a result, some 25 bytes that a collection
// carries itself, and [DecodePreview] a picture of such a preview.
//
// What a file is, is told from its content, never from its name. A text named
// photo.jpg is [ErrFormat].
//
// # Engines
//
// The pure Go engine, [Pure], needs nothing installed. It decodes JPEG of any
// sampling (also what webcams, phones with motion photos and broken transfers
// leave), PNG, GIF, WebP, BMP and TIFF, and the JPEG preview inside raw files of
// Canon, Nikon, Sony, Adobe, Fuji, Olympus and Panasonic. Module media/heif adds
// HEIC and AVIF, and module media/vips has libvips do all that it can, which is
// faster and reads more kinds of TIFF. What the engines before cannot do, Pure
// tries.
//
// Of a picture that is cut in its last quarter, Pure shows what is there; one with
// more damage is [ErrCorrupt]. Other engines may show less of a picture, as long
// as anything of it was decoded.
//
// # Memory and time
//
// The memory a picture needs is worked out from its header, before anything is
// allocated, and counted against Maker.Budget: several small pictures are
// worked on at once, a large one waits until it fits, and one that never could
// is [ErrTooLarge]. What a finished picture used counts until the garbage
// collector has reclaimed it, and the Maker runs the collector when somebody
// waits for that memory. So the heap grows by the budget and not by twice the
// budget, whatever GOGC is. With the default budget of 192 MiB a process that
// does little else stays under 300 MB. The time is bounded too: a progressive
// JPEG with more scans than any picture that people have is [ErrTooLarge].
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
// All errors are of type *[Error]. Each wraps one of [ErrEmpty], [ErrFormat],
// [ErrNoEngine], [ErrCorrupt], [ErrTooLarge] and [ErrNoFFmpeg], or else the error
// of the context or of the reader. The six wrap [errors.ErrUnsupported]: a
// Renderer of package peer that returns them as they are has its peer publish
// everything else. What cannot be shown is shared all the same; [Maker.Generic]
// and [Maker.Icon] draw what stands for it.
package media

#include <stdint.h>
#include <vips/vips.h>

/* These are the steps from a file to a thumbnail. Each returns 0, or -1 with the
 * cause in libvips' error buffer; what *out then holds belongs to the caller.
 * They exist because govips has no streaming sources, and because variadic C
 * functions cannot be called from Go. */

/* gv_source returns a source that reads by the Go callbacks with this handle. */
VipsSource *gv_source(uintptr_t handle);

/* gv_load opens the header by a loader ("jpegload_source") with its options
 * ("shrink=4"). Pixels are decoded from top to bottom as they are asked for. */
int gv_load(const char *loader, VipsSource *source, const char *options, VipsImage **out);

/* gv_scale plans a picture of exactly w by h, 8-bit sRGB or gray on white.
 * Nothing is decoded yet. */
int gv_scale(VipsImage *in, int w, int h, VipsImage **out);

/* gv_jpeg turns a picture in memory upright and writes it without metadata. */
int gv_jpeg(VipsImage *in, int orientation, int quality, void **out, size_t *size);

/* gv_pixel returns the bytes of a pixel. */
size_t gv_pixel(VipsImage *in);

/* gv_subsampled says whether a JPEG has components of fewer samples. */
int gv_subsampled(VipsImage *in);

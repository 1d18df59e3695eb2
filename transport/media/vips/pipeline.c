//go:build vips && cgo

#include "pipeline.h"
#include "_cgo_export.h"

static gint64 on_read(VipsSourceCustom *source, void *buffer, gint64 length, uintptr_t handle) {
	return goRead(handle, buffer, length);
}

static gint64 on_seek(VipsSourceCustom *source, gint64 offset, int whence, uintptr_t handle) {
	return goSeek(handle, offset, whence);
}

VipsSource *gv_source(uintptr_t handle) {
	VipsSourceCustom *source = vips_source_custom_new();
	g_signal_connect(source, "read", G_CALLBACK(on_read), (gpointer) handle);
	g_signal_connect(source, "seek", G_CALLBACK(on_seek), (gpointer) handle);
	return VIPS_SOURCE(source);
}

int gv_load(const char *loader, VipsSource *source, const char *options, VipsImage **out) {
	VipsOperation *load = vips_operation_new(loader);
	if (!load)
		return -1;
	g_object_set(load, "source", source, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
	int failed = vips_object_set_from_string(VIPS_OBJECT(load), options) ||
		vips_object_build(VIPS_OBJECT(load));
	if (!failed)
		g_object_get(load, "out", out, NULL);
	vips_object_unref_outputs(VIPS_OBJECT(load));
	g_object_unref(load);
	return failed ? -1 : 0;
}

/* opaque puts a picture on white. CMYK becomes sRGB, by its profile if there is one. */
static int opaque(VipsImage *in, VipsImage **out) {
	if (in->Type == VIPS_INTERPRETATION_CMYK)
		return vips_colourspace(in, out, VIPS_INTERPRETATION_sRGB, NULL);
	if (!vips_image_hasalpha(in))
		return vips_copy(in, out, NULL);
	double most = in->BandFmt == VIPS_FORMAT_USHORT ? 65535 : 255;
	VipsArrayDouble *white = vips_array_double_newv(1, most);
	int failed = vips_flatten(in, out, "background", white, "max_alpha", most, NULL);
	vips_area_unref(VIPS_AREA(white));
	return failed;
}

/* resize scales with Lanczos3, which libvips does by factors of up to 50 or so, and
 * averages before only what is larger: averaging to the default gap
 * of two leaves moire on fences. */
static int resize(VipsImage *in, int w, int h, VipsImage **out) {
	return vips_resize(in, out, (double) w / in->Xsize, "vscale", (double) h / in->Ysize,
		"kernel", VIPS_KERNEL_LANCZOS3, "gap", 8.0, NULL);
}

/* colours turns those of the attached profile into sRGB. Without a profile they
 * are sRGB: the option export_profile of libvips' thumbnails would change them. */
static int colours(VipsImage *in, int wasCMYK, VipsImage **out) {
	if (wasCMYK || !vips_image_get_typeof(in, VIPS_META_ICC_NAME))
		return vips_copy(in, out, NULL);
	return vips_icc_transform(in, out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, NULL);
}

/* narrow makes 8-bit sRGB or gray. */
static int narrow(VipsImage *in, VipsImage **out) {
	VipsImage *wide = NULL;
	VipsInterpretation space = in->Bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
	int failed = vips_colourspace(in, &wide, space, NULL) || vips_cast_uchar(wide, out, NULL);
	VIPS_UNREF(wide);
	return failed;
}

int gv_scale(VipsImage *in, int w, int h, VipsImage **out) {
	VipsImage *whole = NULL, *small = NULL, *managed = NULL;
	int failed = opaque(in, &whole) || resize(whole, w, h, &small) ||
		colours(small, in->Type == VIPS_INTERPRETATION_CMYK, &managed) || narrow(managed, out);
	VIPS_UNREF(whole);
	VIPS_UNREF(small);
	VIPS_UNREF(managed);
	return failed ? -1 : 0;
}

int gv_jpeg(VipsImage *in, int orientation, int quality, void **out, size_t *size) {
	VipsImage *marked = NULL, *upright = NULL;
	int failed = vips_copy(in, &marked, NULL);
	if (!failed) {
		vips_image_set_int(marked, VIPS_META_ORIENTATION, orientation);
		failed = vips_autorot(marked, &upright, NULL) ||
			vips_jpegsave_buffer(upright, out, size, "Q", quality, "strip", TRUE, "optimize_coding", TRUE, NULL);
	}
	VIPS_UNREF(marked);
	VIPS_UNREF(upright);
	return failed ? -1 : 0;
}

size_t gv_pixel(VipsImage *in) {
	return VIPS_IMAGE_SIZEOF_PEL(in);
}

int gv_subsampled(VipsImage *in) {
	const char *chroma;
	return vips_image_get_typeof(in, "jpeg-chroma-subsample") &&
		!vips_image_get_string(in, "jpeg-chroma-subsample", &chroma) && strcmp(chroma, "4:4:4") != 0;
}

// Package jpeg decodes JPEG pictures as they come, also odd and damaged ones,
// straight to a reduced scale, and encodes small ones well.
//
// [ReadHeader] says what a picture is and what decoding it would cost,
// [Decode] decodes it, [Encode] writes one.
//
// The decoder reads baseline, extended sequential and progressive pictures of
// eight bits (ITU-T T.81) in any sampling, and the segments of JFIF (ITU-T
// T.871) and Adobe (Technical Note 5116) that say what the components mean. At
// scale s it makes (8/s)×(8/s) samples of each block from the lowest
// frequencies alone, so that nothing is worked out that would be averaged away.
//
// Functions may be called concurrently; nothing is shared between calls.
package jpeg

// Package mediatest makes sample photos for examples and tests: landscapes of
// any size, each number a different one, with EXIF data if wanted. They are
// drawn anew each time, so nobody has to ship pictures.
package mediatest

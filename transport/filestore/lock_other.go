//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package filestore

import "os"

// lockFile does nothing where there are no POSIX record locks.
func lockFile(*os.File) error { return nil }

//go:build unix

package program

import (
	"os"
	"syscall"
)

// lock locks a file for this process.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// private does something that makes files, which only their owner can use: the mode of a
// socket is what the process's mask leaves.
func private(do func()) {
	defer syscall.Umask(syscall.Umask(0o177))
	do()
}

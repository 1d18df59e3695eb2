//go:build amd64 || arm64

package disk

import "syscall"

// syncWrite begins to write, as in linux/fs.h.
const syncWrite = 2

// Flush implements Flusher.
func (f file) Flush(off, n int64) {
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) { syscall.SyncFileRange(int(fd), off, n, syncWrite) })
	}
}

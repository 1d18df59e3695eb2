//go:build unix

package folderlink

import "syscall"

// notWaiting has a pipe opened at once, whoever may have its other end.
const notWaiting = syscall.O_NONBLOCK

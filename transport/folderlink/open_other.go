//go:build !unix

package folderlink

// notWaiting is for systems whose folders have no pipes.
const notWaiting = 0

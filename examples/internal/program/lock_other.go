//go:build !unix

package program

import "os"

// lock does nothing: there the person who starts the programs keeps them apart.
func lock(*os.File) error { return nil }

// private does something: there the folder alone says who may use what is in it.
func private(do func()) { do() }

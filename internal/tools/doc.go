// Package tools holds nothing: its module pins, as tools, the programs that
// check this repository, so that the requirements of the library stay its own.
//
//	go tool staticcheck ./...
//
// staticcheck reads the code; wazero runs its tests as wasip1.
package tools

// Package program has what the programs of this module share: command lines, folders
// that one process uses at a time, keys and accounts in files, how a station is opened and
// another one admitted, plain words for what goes wrong, and how a service is served and stopped.
package program

//go:build !sqlite

package main

// hubStores are what the hub can keep its records and blobs with, by the names that
// -store knows. SQLite takes long to build: it is there with the tag sqlite.
var hubStores = map[string]openStore{"file": openFiles}

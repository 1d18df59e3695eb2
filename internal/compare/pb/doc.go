// Package pb holds the generated protobuf messages of the comparison.
package pb

//go:generate protoc --go_out=. --go_opt=paths=source_relative collection.proto

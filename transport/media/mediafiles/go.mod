module github.com/glimpse-go/glimpse/transport/media/mediafiles

go 1.26.0

require (
	github.com/glimpse-go/glimpse v0.0.0
	github.com/glimpse-go/glimpse/transport/media v0.0.0
)

require (
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	go.n16f.net/thumbhash v1.1.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/image v0.47.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace (
	github.com/glimpse-go/glimpse => ../../..
	github.com/glimpse-go/glimpse/transport/media => ..
)

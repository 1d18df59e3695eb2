module github.com/glimpse-go/glimpse/transport/media/heif

go 1.26.0

require (
	github.com/gen2brain/avif v0.4.4
	github.com/gen2brain/heic v0.4.5
	github.com/glimpse-go/glimpse/transport/media v0.0.0-00010101000000-000000000000
	github.com/tetratelabs/wazero v1.9.0
)

require (
	github.com/ebitengine/purego v0.8.3 // indirect
	go.n16f.net/thumbhash v1.1.0 // indirect
	golang.org/x/image v0.47.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

replace github.com/glimpse-go/glimpse/transport/media => ..

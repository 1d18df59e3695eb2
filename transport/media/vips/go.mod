module github.com/glimpse-go/glimpse/transport/media/vips

go 1.26.0

require (
	github.com/davidbyttow/govips/v2 v2.16.0
	github.com/glimpse-go/glimpse/transport/media v0.0.0
)

require (
	go.n16f.net/thumbhash v1.1.0 // indirect
	golang.org/x/image v0.47.0 // indirect
	golang.org/x/net v0.25.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/glimpse-go/glimpse/transport/media => ..

module github.com/glimpse-go/glimpse/transport/media

go 1.26.0

require (
	go.n16f.net/thumbhash v1.1.0
	golang.org/x/image v0.47.0
	golang.org/x/sync v0.24.0
)

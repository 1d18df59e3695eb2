module github.com/glimpse-go/glimpse/notify/mail

go 1.26.0

require (
	github.com/glimpse-go/glimpse v0.0.0
	github.com/wneessen/go-mail v0.8.1
)

require (
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/glimpse-go/glimpse => ../..

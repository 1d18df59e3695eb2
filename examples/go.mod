module github.com/glimpse-go/glimpse/examples

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/glimpse-go/glimpse v0.0.0
	github.com/glimpse-go/glimpse/notify/mail v0.0.0
	github.com/glimpse-go/glimpse/notify/xmpp v0.0.0
	github.com/glimpse-go/glimpse/transport/gallery v0.0.0
	github.com/glimpse-go/glimpse/transport/media v0.0.0
	github.com/glimpse-go/glimpse/transport/media/heif v0.0.0
	github.com/glimpse-go/glimpse/transport/media/mediafiles v0.0.0
	github.com/glimpse-go/glimpse/transport/media/vips v0.0.0
	github.com/glimpse-go/glimpse/transport/sqlitestore v0.0.0
	golang.org/x/crypto v0.58.0
	golang.org/x/sync v0.25.0
)

require (
	github.com/davidbyttow/govips/v2 v2.16.0 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/ebitengine/purego v0.8.3 // indirect
	github.com/evanw/esbuild v0.25.10 // indirect
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/gen2brain/avif v0.4.4 // indirect
	github.com/gen2brain/heic v0.4.5 // indirect
	github.com/go-viper/mapstructure/v2 v2.5.0 // indirect
	github.com/go-webauthn/webauthn v0.18.2 // indirect
	github.com/go-webauthn/x v0.3.1 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/philhofer/fwd v1.2.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/tetratelabs/wazero v1.9.0 // indirect
	github.com/tinylib/msgp v1.6.4 // indirect
	github.com/wneessen/go-mail v0.8.1 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	go.n16f.net/thumbhash v1.1.0 // indirect
	golang.org/x/image v0.47.0 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.44.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	mellium.im/reader v0.1.0 // indirect
	mellium.im/sasl v0.3.2 // indirect
	mellium.im/xmlstream v0.15.4 // indirect
	mellium.im/xmpp v0.22.0 // indirect
	modernc.org/libc v1.80.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
	modernc.org/sqlite v1.62.0 // indirect
)

replace (
	github.com/glimpse-go/glimpse => ..
	github.com/glimpse-go/glimpse/notify/mail => ../notify/mail
	github.com/glimpse-go/glimpse/notify/xmpp => ../notify/xmpp
	github.com/glimpse-go/glimpse/transport/gallery => ../transport/gallery
	github.com/glimpse-go/glimpse/transport/media => ../transport/media
	github.com/glimpse-go/glimpse/transport/media/heif => ../transport/media/heif
	github.com/glimpse-go/glimpse/transport/media/mediafiles => ../transport/media/mediafiles
	github.com/glimpse-go/glimpse/transport/media/vips => ../transport/media/vips
	github.com/glimpse-go/glimpse/transport/sqlitestore => ../transport/sqlitestore
)

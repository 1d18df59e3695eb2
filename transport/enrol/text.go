package enrol

import (
	"encoding/base32"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

// scheme begins the text form, which is a URI.
const scheme = "GLIMPSE:"

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Text returns a request or an admission as text: of what QR codes call alphanumeric, eight
// characters for five bytes (RFC 4648, section 6), after "GLIMPSE:".
func Text(message []byte) string { return scheme + encoding.EncodeToString(message) }

// FromText reads what Text returns, and white space around it. The error wraps
// transport.ErrMalformed, or transport.ErrTooLarge for more than an admission has.
func FromText(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if len(text) > len(scheme)+encoding.EncodedLen(MaxAdmission) {
		return nil, transport.At(transport.ErrTooLarge, "text")
	}
	digits, ok := strings.CutPrefix(text, scheme)
	message, err := encoding.DecodeString(digits)
	if !ok || err != nil || Text(message) != text {
		return nil, transport.At(transport.ErrMalformed, "text")
	}
	return message, nil
}

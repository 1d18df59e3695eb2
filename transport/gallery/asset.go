package gallery

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// asset is a file that pages load, as it is and packed.
type asset struct {
	typ, tag      string
	plain, packed []byte
}

func pack(name string, data []byte) asset {
	sum := sha256.Sum256(data)
	return asset{mime.TypeByExtension(path.Ext(name)), base64.RawURLEncoding.EncodeToString(sum[:12]), data, packed(data, gzip.BestCompression)}
}

// packed returns bytes in the format of gzip (RFC 1952).
func packed(data []byte, level int) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, level) // it is a level that there is
	_, _ = w.Write(data)                   // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}

// takesPacked reports whether a browser takes gzip (RFC 9110, section 12.5.3).
func takesPacked(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if name == "gzip" && strings.TrimSpace(weight) != "q=0" {
			return true
		}
	}
	return false
}

// serve answers with an asset, packed for who takes that, and with nothing for who has it.
func (a asset) serve(w http.ResponseWriter, r *http.Request, cached string) {
	h := w.Header()
	h.Set("Content-Type", a.typ)
	h.Set("Cache-Control", cached)
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `"`+a.tag+`"`)
	data := a.plain
	if takesPacked(r) {
		h.Set("Content-Encoding", "gzip")
		h.Set("ETag", `"`+a.tag+`-gzip"`)
		data = a.packed
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

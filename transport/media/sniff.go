package media

import (
	"bytes"
	"net/http"

	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
	"github.com/glimpse-go/glimpse/transport/media/internal/raw"
)

// sniff tells the media type by the first bytes, and by the directories of what
// may be a raw file.
func sniff(src *source, head []byte) string {
	if mediaType := mayBeRaw(src, head); mediaType != "" {
		return mediaType
	}
	has := func(at int, s string) bool {
		return len(head) >= at+len(s) && string(head[at:at+len(s)]) == s
	}
	switch {
	case has(0, "\xff\xd8"):
		return "image/jpeg"
	case has(0, "II*\x00"), has(0, "MM\x00*"):
		return "image/tiff"
	case has(4, "ftyp") && len(head) >= 12:
		return bmff.Sniff(head)
	case has(4, "moov"), has(4, "mdat"), has(4, "wide"):
		return "video/quicktime"
	case has(0, "\x1aE\xdf\xa3") && bytes.Contains(head[:min(64, len(head))], []byte("webm")):
		return "video/webm"
	case has(0, "\x1aE\xdf\xa3"):
		return "video/matroska"
	case has(0, "RIFF") && has(8, "AVI "):
		return "video/x-msvideo"
	case has(0, "\x00\x00\x01\xba"):
		return "video/mpeg"
	case has(0, "G") && has(188, "G") && has(376, "G"):
		return "video/mp2t"
	}
	return http.DetectContentType(head)
}

// mayBeRaw tells the media type of a raw file, which often begins as a TIFF
// picture does.
func mayBeRaw(src *source, head []byte) string {
	begins := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	if !begins("II") && !begins("MM\x00") && !begins("FUJIFILM") && !bytes.Contains(head[:min(12, len(head))], []byte("ftypcrx ")) {
		return ""
	}
	p, _ := raw.Read(src, src.size) // the type is told beside an error, too
	return p.MediaType
}

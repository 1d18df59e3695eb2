package mediatest

import (
	"bytes"
	"fmt"
)

// Beside lists what a JPEG file has beside the picture itself: segments that may
// hold metadata, comments, and bytes behind the end (ITU-T T.81, annex B). The
// JFIF segment without a thumbnail says nothing of a photo and is not listed.
func Beside(jpeg []byte) (found []string) {
	rest, ok := bytes.CutPrefix(jpeg, []byte{0xff, 0xd8})
	if !ok {
		return []string{"no start of a picture"}
	}
	for {
		if len(rest) < 4 || rest[0] != 0xff {
			return append(found, "no end of the picture")
		}
		marker, n := rest[1], int(rest[2])<<8|int(rest[3])
		if n+2 > len(rest) {
			return append(found, "a segment cut short")
		}
		body := rest[4 : n+2]
		rest = rest[n+2:]
		switch {
		case marker == 0xe0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && n == 16:
		case marker >= 0xe0 && marker <= 0xef, marker == 0xfe:
			found = append(found, fmt.Sprintf("a segment %x of %d bytes", marker, n))
		case marker == 0xda:
			return append(found, behind(rest)...)
		}
	}
}

// behind tells whether entropy-coded data ends with the end of the picture, and
// the file with it.
func behind(scan []byte) []string {
	for i := 0; i+1 < len(scan); i++ {
		restart := scan[i+1] >= 0xd0 && scan[i+1] <= 0xd7
		switch {
		case scan[i] != 0xff || scan[i+1] == 0 || restart:
		case scan[i+1] != 0xd9:
			return []string{fmt.Sprintf("a segment %x behind a scan", scan[i+1])}
		case i+2 < len(scan):
			return []string{fmt.Sprintf("%d bytes behind the end", len(scan)-i-2)}
		default:
			return nil
		}
	}
	return []string{"no end of the picture"}
}

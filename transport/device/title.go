package device

import (
	"strings"
	"time"
)

// Title composes the title of a collection for a device without a keyboard: the
// day, the device and its owner, such as "2026-07-01 Camera Ann". What is empty,
// and the day of a device without a clock, is left out. The author may set a
// better one later, in another edition.
func Title(day time.Time, device, owner string) string {
	parts := []string{device, owner}
	if !day.IsZero() {
		parts = append([]string{day.Format(time.DateOnly)}, parts...)
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

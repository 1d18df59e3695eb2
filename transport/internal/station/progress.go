package station

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// progressSteps is how often it is told, at most, how far a version has come.
const progressSteps = 16

// coming tells how far one version has come.
type coming struct {
	tell  func(ref transport.Ref, done, total int64) // nil = nobody hears
	ref   transport.Ref
	total int64 // 0 = nobody knows
	told  int64 // the step that was told last; 0 = none
}

// arrival is that of a version of which so many bytes are to come.
func (k *Versions) arrival(c collection.Collection, item, version int, total int64) coming {
	id, _ := c.At(item)
	return coming{k.Progress, transport.Ref{Collection: c.Name(), Item: id, Version: version}, total, 0}
}

// now notes that so many bytes are here, and tells it where that is another step.
func (a *coming) now(done int64) {
	if a.tell == nil || a.total <= 0 {
		return
	}
	if step := 1 + done*progressSteps/a.total; step > a.told {
		a.told = step
		a.tell(a.ref, done, a.total)
	}
}

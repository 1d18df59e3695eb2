package notify

import (
	"bytes"
	"cmp"

	"github.com/glimpse-go/glimpse/collection"
)

// Late reports whether n tells nothing that told, which its recipient has heard
// before, did not tell: several stations tell, and what one sends may arrive
// after newer news of another. c is the collection that both are about, in any
// state. Where n does not say all that it knows, it is never late.
func (n Notification) Late(told Notification, c collection.Collection) (bool, error) {
	if n.edition(told) > 0 || len(n.Updates) == 0 && n.Labelled < n.Items {
		return false, nil
	}
	known, err := collection.New(c.Header(), c.Body())
	if err != nil {
		return false, err
	}
	before, err := updates(told)
	if err != nil {
		return false, err
	}
	after, err := updates(n)
	if err != nil {
		return false, err
	}
	if known, _, err = known.Apply(before...); err != nil {
		return false, err
	}
	_, changed, err := known.Apply(after...)
	return !changed, err
}

// edition compares the editions of two notifications.
func (n Notification) edition(m Notification) int {
	return cmp.Or(cmp.Compare(n.Number, m.Number), bytes.Compare(n.Edition[:], m.Edition[:]))
}

func updates(n Notification) ([]collection.Update, error) {
	us := make([]collection.Update, len(n.Updates))
	for i, data := range n.Updates {
		var err error
		if us[i], err = collection.DecodeUpdate(data); err != nil {
			return nil, err
		}
	}
	return us, nil
}

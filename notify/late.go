package notify

import "github.com/glimpse-go/glimpse/collection"

// Late reports whether n tells nothing that told, which its recipient has heard
// before, did not tell: several stations tell, and what one sends may arrive
// after newer news of another. c is the collection that both are about, in any
// state. Where n does not say all that it knows, or of whom to accept, it is never late.
func (n Notification) Late(told Notification, c collection.Collection) (bool, error) {
	if n.Reason == Resolved || n.Reason == Ended || n.CompareEditions(told) > 0 || len(n.Updates) == 0 && n.Labelled < n.Items {
		return false, nil
	}
	known, err := collection.New(c.Header(), c.Body())
	if err != nil {
		return false, err
	}
	before, err := collection.DecodeUpdates(told.Updates)
	if err != nil {
		return false, err
	}
	after, err := collection.DecodeUpdates(n.Updates)
	if err != nil {
		return false, err
	}
	if known, _, err = known.Apply(before...); err != nil {
		return false, err
	}
	_, changed, err := known.Apply(after...)
	return !changed, err
}

// CompareEditions orders the editions of one collection that two notifications
// tell of: positive if n tells of the later one.
func (n Notification) CompareEditions(m Notification) int {
	return collection.Edition{Number: n.Number, Digest: n.Edition}.Compare(collection.Edition{Number: m.Number, Digest: m.Edition})
}

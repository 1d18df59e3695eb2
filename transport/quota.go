package transport

import "fmt"

// QuotaError says which quota of a user does not allow something. It wraps [ErrQuota], and
// is the same on both sides of a link.
type QuotaError struct {
	What  string // in words, with the unit unless it is a number
	Limit int64
	Used  int64 // of the limit, before what was refused
}

// Error implements error.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("%v: %s: %d of %d used", ErrQuota, e.What, e.Used, e.Limit)
}

// Unwrap returns ErrQuota.
func (e *QuotaError) Unwrap() error { return ErrQuota }

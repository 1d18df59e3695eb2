package transport

import "bytes"

// BytesBlob is a Blob in memory. The bytes are not changed while it is in use.
func BytesBlob(data []byte) Blob { return inMemory{bytes.NewReader(data)} }

type inMemory struct{ *bytes.Reader }

// Close implements Blob.
func (inMemory) Close() error { return nil }

package main

import "github.com/glimpse-go/glimpse/internal/measure"

const (
	hundredThousand = 100_000
	million         = 1_000_000
)

// timeBounds lists what the SDK must reach in time, against other codecs and limits.
func timeBounds() []check {
	rows := func(suffix string) func(measured, int) float64 {
		return func(m measured, n int) float64 { return m.timesRows(suffix, n) }
	}
	over := func(codec, suffix string) func(measured, int) float64 {
		return func(m measured, n int) float64 { return m.against(codec, suffix, n) }
	}
	return []check{
		{what: "decode keeping its input, times faster than the fastest rows", limit: steps(25, 500, 500), better: measure.Higher, value: rows("")},
		{what: "decode keeping its input / SHA-256", limit: steps(0.4, 0.1, 0.1), value: over(hashing, "")},
		{what: "decode copying, times faster than the fastest rows", limit: steps(5, 40, 40), better: measure.Higher, value: rows("-copy")},
		{what: "decode copying / protobuf as columns", limit: steps(3, 1.7, 1.7), value: over(protobufColumns{}.name(), "-copy")},
		{what: "decode, all labels and every look-up / hand-written columns", limit: steps(2, 1.2, 1.2), value: ratio("full", "full", handWritten)},
		{what: "decode, all labels and every look-up, times faster than the fastest rows", limit: always(2), better: measure.Higher, value: fullRows},
		{what: "encode / make+copy", limit: always(2), value: ratio("encode", "encode", copying)},
		{what: "apply a one-item update / copying n/8 bytes", limit: steps(40, 3, 1.5), value: ratio("apply", "join", copying)},
		{what: "join two random states / copying n/8 bytes", limit: steps(30, 5, 5), value: ratio("join", "join", copying)},
		{what: "look-up of a label / Go map, random ids", limit: always(1.2), value: ratio("lookup", "lookup", goMap)},
		{what: "look-up of a label / Go map, ids with a common prefix", limit: always(2), value: ratio("lookup-prefix", "lookup-prefix", goMap)},
		{what: "look-up of a place / Go map, random ids", limit: always(1.2), value: ratio("lookup-place", "lookup", goMap)},
		{what: "look-up of a place / Go map, ids with a common prefix", limit: always(2), value: ratio("lookup-place-prefix", "lookup-prefix", goMap)},
		{what: "identity / SHA-256", limit: steps(1.4, 1.1, 1.1), value: ratio("identity", "identity", hashing)},
		{what: "digest of a 64 MiB version / SHA-256", once: true, limit: always(1.1), value: ratio("version-digest", "version-digest", hashing)},
		{what: "rights check / slice read and switch", once: true, limit: always(2), value: ratio("gate", "gate", "switch")},
	}
}

// fullRows is how many times faster all that a reader does is than with the fastest rows.
func fullRows(m measured, n int) float64 {
	return m.quickestRows("full", n) / m.find(sdk, "full", n).NsPerOp
}

// sizeBounds lists what it must reach in bytes and allocations.
func sizeBounds() []check {
	return []check{
		{what: "encoded bytes, flags at random", limit: perItem(16.125, 300), value: bytesOf("decode")},
		{what: "encoded bytes, all pending", limit: perItem(16, 200), value: bytesOf("decode-pending")},
		{what: "encoded bytes, no label", limit: perItem(16, 300), value: bytesOf("decode-complete")},
		{what: "encoded bytes, 3 levels at random", limit: perItem(16.25, 300), value: bytesOf("decode-degrees")},
		{what: "bytes beside the ids, bare", limit: always(130), value: overhead("overhead-bare")},
		{what: "bytes beside the ids, with authority, one recipient, one update", limit: always(190), value: overhead("overhead-authority")},
		{what: "bytes of the labels of a one-item update", limit: always(12), value: bytesOf("fragment-one")},
		{what: "bytes of a one-item update", limit: always(80), value: bytesOf("update-one")},
		{what: "bytes of an update that completes all", limit: always(80), value: bytesOf("update-all")},
		{what: "bytes held, flags at random", limit: perItem(16.3, 8192), value: heap("decode")},
		{what: "bytes held, all pending", limit: perItem(16.3, 8192), value: heap("decode-pending")},
		{what: "bytes held, no label", limit: perItem(16.05, 8192), value: heap("decode-complete")},
		{what: "bytes of index, random ids", limit: perItem(6.4, 8192), value: heap("lookup")},
		{what: "bytes of index, ids with a common prefix", limit: perItem(6.4, 8192), value: heap("lookup-prefix")},
		{what: "bytes allocated by a streaming encode", limit: always(64 << 10), value: heap("stream")},
		{what: "allocations of a decode, the most of all cases", once: true, limit: always(40), value: mostAllocs},
		{what: "allocations of a rights check", once: true, limit: always(0), value: func(m measured, n int) float64 {
			return float64(m.find(sdk, "gate", n).Allocs)
		}},
	}
}

// ratio is the time of the SDK's operation over another codec's.
func ratio(mine, other, codec string) func(measured, int) float64 {
	return func(m measured, n int) float64 {
		return m.find(sdk, mine, n).over(m.find(codec, other, n))
	}
}

func heap(op string) func(measured, int) float64 {
	return func(m measured, n int) float64 { return float64(m.find(sdk, op, n).HeapBytes) }
}

func bytesOf(op string) func(measured, int) float64 {
	return func(m measured, n int) float64 { return float64(m.find(sdk, op, n).Bytes) }
}

func overhead(op string) func(measured, int) float64 {
	return func(m measured, n int) float64 { return float64(m.find(sdk, op, n).Bytes - 16*n) }
}

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
		{what: "decode keeping its input, times faster than the fastest rows", n: hundredThousand, limit: 500, better: measure.Higher, value: rows("")},
		{what: "decode keeping its input / SHA-256", n: hundredThousand, limit: 0.1, value: over(hashing, "")},
		{what: "decode keeping its input / SHA-256", n: million, limit: 0.1, value: over(hashing, "")},
		{what: "decode copying, times faster than the fastest rows", n: hundredThousand, limit: 40, better: measure.Higher, value: rows("-copy")},
		{what: "decode copying / protobuf as columns", n: hundredThousand, limit: 1.7, value: over(protobufColumns{}.name(), "-copy")},
		{what: "encode / make+copy", n: million, limit: 2, value: ratio("encode", "encode", copying)},
		{what: "apply a one-item update / copying n/8 bytes", n: million, limit: 1.5, value: ratio("apply", "join", copying)},
		{what: "join two random states / copying n/8 bytes", n: million, limit: 5, value: ratio("join", "join", copying)},
		{what: "look-up of a label / Go map, random ids", n: million, limit: 1.2, value: ratio("lookup", "lookup", goMap)},
		{what: "look-up of a label / Go map, ids with a common prefix", n: million, limit: 2, value: ratio("lookup-prefix", "lookup-prefix", goMap)},
		{what: "look-up of a place / Go map, random ids", n: million, limit: 1.2, value: ratio("lookup-place", "lookup", goMap)},
		{what: "look-up of a place / Go map, ids with a common prefix", n: million, limit: 2, value: ratio("lookup-place-prefix", "lookup-prefix", goMap)},
		{what: "identity / SHA-256", n: million, limit: 1.1, value: ratio("identity", "identity", hashing)},
		{what: "digest of a 64 MiB version / SHA-256", limit: 1.1, value: ratio("version-digest", "version-digest", hashing)},
		{what: "rights check / slice read and switch", limit: 2, value: ratio("gate", "gate", "switch")},
	}
}

// sizeBounds lists what it must reach in bytes and allocations.
func sizeBounds() []check {
	return []check{
		{what: "encoded bytes per item, flags at random", n: hundredThousand, limit: 16.13, value: size("decode")},
		{what: "encoded bytes per item, all pending", n: hundredThousand, limit: 16.01, value: size("decode-pending")},
		{what: "encoded bytes per item, no label", n: hundredThousand, limit: 16.01, value: size("decode-complete")},
		{what: "encoded bytes per item, 3 levels at random", n: hundredThousand, limit: 16.26, value: size("decode-degrees")},
		{what: "bytes beside the ids, bare", n: hundredThousand, limit: 130, value: overhead("overhead-bare")},
		{what: "bytes beside the ids, with authority, one recipient, one update", n: hundredThousand, limit: 190, value: overhead("overhead-authority")},
		{what: "bytes of the labels of a one-item update", n: million, limit: 12, value: bytesOf("fragment-one")},
		{what: "bytes of a one-item update", n: million, limit: 80, value: bytesOf("update-one")},
		{what: "bytes of an update that completes all", n: million, limit: 80, value: bytesOf("update-all")},
		{what: "bytes held per item, flags at random", n: million, limit: 16.3, value: heap("decode")},
		{what: "bytes held per item, all pending", n: million, limit: 16.3, value: heap("decode-pending")},
		{what: "bytes held per item, no label", n: million, limit: 16.05, value: heap("decode-complete")},
		{what: "bytes of index per item, random ids", n: million, limit: 8, value: heap("lookup")},
		{what: "bytes of index per item, ids with a common prefix", n: million, limit: 8, value: heap("lookup-prefix")},
		{what: "bytes allocated by a streaming encode", n: hundredThousand, limit: 64 << 10, value: func(m measured, n int) float64 {
			return float64(m.find(sdk, "stream", n).HeapBytes)
		}},
		{what: "allocations of a decode, the most of all cases", limit: 40, value: mostAllocs},
		{what: "allocations of a rights check", limit: 0, value: func(m measured, n int) float64 {
			return float64(m.find(sdk, "gate", n).Allocs)
		}},
	}
}

// ratio is the time of the SDK's operation over another codec's.
func ratio(mine, other, codec string) func(measured, int) float64 {
	return func(m measured, n int) float64 {
		return m.find(sdk, mine, n).NsPerOp / m.find(codec, other, n).NsPerOp
	}
}

func size(op string) func(measured, int) float64 {
	return func(m measured, n int) float64 { return float64(m.find(sdk, op, n).Bytes) / float64(n) }
}

func heap(op string) func(measured, int) float64 {
	return func(m measured, n int) float64 { return float64(m.find(sdk, op, n).HeapBytes) / float64(n) }
}

func bytesOf(op string) func(measured, int) float64 {
	return func(m measured, n int) float64 { return float64(m.find(sdk, op, n).Bytes) }
}

func overhead(op string) func(measured, int) float64 {
	return func(m measured, n int) float64 { return float64(m.find(sdk, op, n).Bytes - 16*n) }
}

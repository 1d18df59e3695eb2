package main

const (
	hundredThousand = 100_000
	million         = 1_000_000
)

// bounds lists what the SDK must reach: in time against other codecs and
// limits, in size, and in the rest of the API.
func bounds() []check {
	return append(codecBounds(), append(sizeBounds(), otherBounds()...)...)
}

func codecBounds() []check {
	rows := func(suffix string) func(measured, int) float64 {
		return func(m measured, n int) float64 { return m.timesRows(suffix, n) }
	}
	over := func(codec, suffix string) func(measured, int) float64 {
		return func(m measured, n int) float64 { return m.against(codec, suffix, n) }
	}
	return []check{
		{Key: "decode_vs_rows", What: "decode keeping its input, times faster than the fastest rows", AtN: hundredThousand, Limit: 500, AtLeast: true, value: rows("")},
		{Key: "decode_vs_sha256_100k", What: "decode keeping its input / SHA-256", AtN: hundredThousand, Limit: 0.1, value: over(hashing, "")},
		{Key: "decode_vs_sha256_1m", What: "decode keeping its input / SHA-256", AtN: million, Limit: 0.1, value: over(hashing, "")},
		{Key: "decode_copy_vs_rows", What: "decode copying, times faster than the fastest rows", AtN: hundredThousand, Limit: 40, AtLeast: true, value: rows("-copy")},
		{Key: "decode_copy_vs_protobuf_columns", What: "decode copying / protobuf as columns", AtN: hundredThousand, Limit: 1.7, value: over(protobufColumns{}.name(), "-copy")},
		{Key: "encode_vs_copy", What: "encode / make+copy", AtN: million, Limit: 2, value: ratio("encode", "encode", copying)},
		{Key: "apply_vs_copy", What: "apply a one-item update / copying n/8 bytes", AtN: million, Limit: 1.5, value: ratio("apply", "join", copying)},
		{Key: "join_vs_copy", What: "join two random states / copying n/8 bytes", AtN: million, Limit: 5, value: ratio("join", "join", copying)},
		{Key: "lookup_vs_map", What: "look-up of a label / Go map, random ids", AtN: million, Limit: 1.2, value: ratio("lookup", "lookup", goMap)},
		{Key: "lookup_prefix_vs_map", What: "look-up of a label / Go map, ids with a common prefix", AtN: million, Limit: 2, value: ratio("lookup-prefix", "lookup-prefix", goMap)},
		{Key: "lookup_place_vs_map", What: "look-up of a place / Go map, random ids", AtN: million, Limit: 1.2, value: ratio("lookup-place", "lookup", goMap)},
		{Key: "lookup_place_prefix_vs_map", What: "look-up of a place / Go map, ids with a common prefix", AtN: million, Limit: 2, value: ratio("lookup-place-prefix", "lookup-prefix", goMap)},
		{Key: "identity_vs_sha256", What: "identity / SHA-256", AtN: million, Limit: 1.1, value: ratio("identity", "identity", hashing)},
		{Key: "version_digest_vs_sha256", What: "digest of a 64 MiB version / SHA-256", Limit: 1.1, value: ratio("version-digest", "version-digest", hashing)},
	}
}

func sizeBounds() []check {
	return []check{
		{Key: "bytes_per_item_random", What: "encoded bytes per item, flags at random", AtN: hundredThousand, Limit: 16.13, value: size("decode")},
		{Key: "bytes_per_item_pending", What: "encoded bytes per item, all pending", AtN: hundredThousand, Limit: 16.01, value: size("decode-pending")},
		{Key: "bytes_per_item_complete", What: "encoded bytes per item, no label", AtN: hundredThousand, Limit: 16.01, value: size("decode-complete")},
		{Key: "bytes_per_item_degrees", What: "encoded bytes per item, 3 levels at random", AtN: hundredThousand, Limit: 16.26, value: size("decode-degrees")},
		{Key: "overhead_bare", What: "bytes beside the ids, bare", AtN: hundredThousand, Limit: 130, value: overhead("overhead-bare")},
		{Key: "overhead_authority", What: "bytes beside the ids, with authority, one recipient, one update", AtN: hundredThousand, Limit: 190, value: overhead("overhead-authority")},
		{Key: "update_one_fragment", What: "bytes of the labels of a one-item update", AtN: million, Limit: 12, value: bytesOf("fragment-one")},
		{Key: "update_one", What: "bytes of a one-item update", AtN: million, Limit: 80, value: bytesOf("update-one")},
		{Key: "update_all", What: "bytes of an update that completes all", AtN: million, Limit: 80, value: bytesOf("update-all")},
		{Key: "heap_per_item_random", What: "bytes held per item, flags at random", AtN: million, Limit: 16.3, value: heap("decode")},
		{Key: "heap_per_item_pending", What: "bytes held per item, all pending", AtN: million, Limit: 16.3, value: heap("decode-pending")},
		{Key: "heap_per_item_complete", What: "bytes held per item, no label", AtN: million, Limit: 16.05, value: heap("decode-complete")},
		{Key: "index_per_item", What: "bytes of index per item, random ids", AtN: million, Limit: 8, value: heap("lookup")},
		{Key: "index_prefix_per_item", What: "bytes of index per item, ids with a common prefix", AtN: million, Limit: 8, value: heap("lookup-prefix")},
		{Key: "stream_heap", What: "bytes allocated by a streaming encode", AtN: hundredThousand, Limit: 64 << 10, value: func(m measured, n int) float64 {
			return float64(m.find(sdk, "stream", n).HeapBytes)
		}},
	}
}

func otherBounds() []check {
	return []check{
		{Key: "decode_allocs", What: "allocations of a decode, the most of all cases", Limit: 40, value: mostAllocs},
		{Key: "gate_vs_switch", What: "rights check / slice read and switch", Limit: 2, value: ratio("gate", "gate", "switch")},
		{Key: "gate_allocs", What: "allocations of a rights check", Limit: 0, value: func(m measured, n int) float64 {
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

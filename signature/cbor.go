package signature

import "github.com/fxamacker/cbor/v2"

// strict reads CBOR without tags, indefinite lengths, repeated or unknown map
// keys. That the encoding is the deterministic one is checked by building the
// bytes again and comparing.
var strict = strictMode()

func strictMode() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxNestedLevels:   4,
		MaxArrayElements:  MaxKeys,
		MaxMapPairs:       16,
	}.DecMode()
	if err != nil {
		panic(err) // the options above are constants
	}
	return mode
}

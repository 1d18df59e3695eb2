package httplink

import (
	"net/http"
	"strconv"
	"strings"
)

// jsonType is the type of what people read, and of problems without their own.
const jsonType = "application/json"

// quality is how much the caller wants an answer of a type, from 0, not at all, to 1, and
// whether it names the type (RFC 9110 §12.5.1). Who says nothing takes all alike.
func quality(r *http.Request, typ string) (q float64, named bool) {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return 1, false
	}
	family, _, _ := strings.Cut(typ, "/")
	places := map[string]int{"*/*": 1, family + "/*": 2, typ: 3}
	best := 0
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		if place := places[strings.ToLower(strings.TrimSpace(name))]; place > best {
			best, q = place, weight(parameters)
		}
	}
	return q, best == 3
}

// weight reads the parameter q; 1 where there is none, 0 where it is no weight.
func weight(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		text, is := strings.CutPrefix(strings.ToLower(strings.TrimSpace(p)), "q=")
		if !is {
			continue
		}
		if q, err := strconv.ParseFloat(text, 64); err == nil && q >= 0 && q <= 1 {
			return q
		}
		return 0
	}
	return 1
}

// wantsJSON reports whether a caller names JSON and wants CBOR no more than that. Who takes
// anything is sent what stations speak.
func wantsJSON(r *http.Request) bool {
	json, named := quality(r, jsonType)
	cbor, both := quality(r, contentType)
	return named && json > 0 && (json > cbor || json == cbor && !both)
}

// wantsProblem reports whether a caller is told of a refusal by a problem: all are that ask for
// something, and do not name CBOR.
func wantsProblem(r *http.Request) bool {
	q, named := quality(r, contentType)
	return r.Header.Get("Accept") != "" && (!named || q == 0)
}

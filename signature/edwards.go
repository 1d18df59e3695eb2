package signature

import (
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
)

// edwardsPrime is 2^255−19 (RFC 8032, section 5.1).
var edwardsPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// edwardsD is the curve's constant −121665/121666.
var edwardsD = func() *big.Int {
	d := new(big.Int).ModInverse(big.NewInt(121666), edwardsPrime)
	return d.Mod(d.Mul(d, big.NewInt(-121665)), edwardsPrime)
}()

// smallOrder holds the y of the eight points whose order divides 8, as RFC
// 8032 encodes them, without the sign of x. With such a key, seals can be made
// that verify for many statements.
var smallOrder = []string{
	"0100000000000000000000000000000000000000000000000000000000000000", // order 1
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
	"0000000000000000000000000000000000000000000000000000000000000000", // order 4
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
}

// checkEdwards refuses public keys that are not a canonical encoding (RFC 8032,
// section 5.1.3) of a point on the curve, or are of small order.
func checkEdwards(x []byte) error {
	if len(x) != 32 {
		return errors.New("not 32 bytes")
	}
	encoded := slices.Clone(x)
	encoded[31] &= 0x7f // the sign of x
	if slices.Contains(smallOrder, hex.EncodeToString(encoded)) {
		return errors.New("point of small order")
	}
	slices.Reverse(encoded)
	y := new(big.Int).SetBytes(encoded)
	if y.Cmp(edwardsPrime) >= 0 {
		return errors.New("not canonical")
	}
	if !onEdwards(y) {
		return errors.New("not on the curve")
	}
	return nil
}

// onEdwards reports whether a point with this y exists: whether
// x² = (y²−1)/(dy²+1) has a root. Dividing and multiplying by the denominator
// are the same here, as they differ by a square.
func onEdwards(y *big.Int) bool {
	square := new(big.Int).Mul(y, y)
	numerator := new(big.Int).Sub(square, big.NewInt(1))
	denominator := square.Add(square.Mul(square, edwardsD), big.NewInt(1))
	product := numerator.Mul(numerator, denominator)
	return big.Jacobi(product.Mod(product, edwardsPrime), edwardsPrime) >= 0
}

package signature

// Standing returns nil if seals of a key may count now by a keyring, whoever's the key is;
// [ErrRevoked] or [ErrUnknownKey] if not. It asks for no seal: it is for what goes on after
// one was found good. What Verify refuses for its time it does not look at. It may be called
// concurrently with methods of the keyring.
func Standing(key [32]byte, k *Keyring) error {
	_, _, err := k.find(key)
	return err
}

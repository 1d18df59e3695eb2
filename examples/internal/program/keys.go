package program

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// Learn adds what others say of keys to a keyring: rosters, and statements of an authority
// that it trusts.
func Learn(ctx context.Context, keys *signature.Keyring, statements [][]byte) error {
	for _, data := range statements {
		if err := learn(ctx, keys, data); err != nil {
			return err
		}
	}
	return nil
}

func learn(ctx context.Context, keys *signature.Keyring, data []byte) error {
	var roster signature.Roster
	if roster.UnmarshalBinary(data) == nil {
		return keys.AddRoster(ctx, roster)
	}
	var statement signature.KeyStatement
	if err := statement.UnmarshalBinary(data); err != nil {
		return fmt.Errorf("%w: a key statement: %w", transport.ErrMalformed, err)
	}
	return keys.Add(ctx, statement)
}

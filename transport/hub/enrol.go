package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// Enrol confirms for the operator, who has compared the codes, the station that has come to an
// attempt, puts it into the accounts and admits it; after an error it is refused. p is who
// starts as a user, by [Accounts.RegisterKey]; nil = the attempt's offer names the user, who
// has an account. It waits until the station has confirmed, too. The errors are those of
// enrol.Attempt, of RegisterKey and of [Accounts.AddKey].
func (a *Accounts) Enrol(ctx context.Context, attempt *enrol.Attempt, p *Person) (collection.UserID, error) {
	r, err := attempt.Confirm(ctx)
	if err != nil {
		return collection.UserID{}, err
	}
	statement, err := a.enter(ctx, &r, p)
	if err == nil {
		err = attempt.Admit(statement)
	}
	if err != nil {
		attempt.Refuse()
	}
	return r.User, err
}

// enter puts a station into the accounts, and sets whose it is.
func (a *Accounts) enter(ctx context.Context, r *enrol.Request, p *Person) (statement []byte, err error) {
	if p != nil {
		if r.User, err = a.RegisterKey(ctx, *p, r.Key, r.Proof); err != nil {
			return nil, err
		}
	}
	return a.AddKey(ctx, r.User, r.Name, r.Key, r.Proof)
}

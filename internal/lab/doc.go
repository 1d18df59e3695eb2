// Package lab is where stations are tried together in one process: users, their keys
// and stations ([World], [Station]), a clock and randomness that are the same for the
// same seed, disks that crash ([Crash], [Files]) and a network that is an
// http.RoundTripper over the real handlers and fails as it is told to ([Network]), or
// not at all ([Listeners]).
//
// A scenario is a lab and a text, the simulation a lab and a judge, a test of a role a
// lab and assertions (package labtest): all of them exercise authentication, replay
// protection and the codec of messages.
package lab

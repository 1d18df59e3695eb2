// Package deps holds no code to import: its tests read the source of the whole
// repository and fail where it leaves the rules of the house:
//
//   - imports run one way: label, collection, notify, transport, stores, the roles
//     (transport/hub, transport/peer, transport/device), links and what joins the roles
//     with what is below them, with signature apart;
//   - the pure packages reach no operating system, network, log, clock or source
//     of randomness, and start no goroutine;
//   - the root module requires a short list of modules and nothing more;
//   - go.work lists every module;
//   - each kind of records that a role keeps in its store stands in a registry,
//     records.go, and no two are the same;
//   - files, functions and types keep their proportions, and tests stand beside what
//     they test;
//   - the top level holds the entries of the design and nothing else;
//   - the Examples that are whole programs of a hub, a home and a camera stay short.
//
// The source is parsed, not built, so the answer is the same on every platform
// and under every build tag.
package deps

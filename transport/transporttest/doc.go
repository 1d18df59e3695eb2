// Package transporttest holds the suites that every adapter of package
// transport must pass, one for each interface that others plug into:
//
//	Store      transport.Store, with SharedStore for one that several processes use at once,
//	           and BenchmarkStore
//	Bus        transport.Bus
//	Hub        transport.Hub: ShareReceiver, ResumableUploader, Library, Feed, and Announcer,
//	           which has a suite of its own
//	Home       transport.Home: Library, Feed, Originals, BulkOriginals
//	Recipient  transport.Recipient
//	Directory  transport.Directory
//	RemoteVerifier, IDAllocator, SettingsSource, LinkAccess, KeyNewsSource, RosterKeeper
//	Channel    notify.Channel
//
// A test hands a suite a function that opens a fixture: an adapter that nobody
// has used, and what the suite needs to know of it and to do behind it. It is
// called once for each check (of a store and a bus, once for each process), and closes
// what it opened with t.Cleanup. Run
// suites with the race detector: each makes calls at once. ../GUIDE.md says how to write an
// adapter; the smallest ones are in the guide_*_test.go of this folder.
package transporttest

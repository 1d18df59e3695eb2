// Package words says what a [notify.Letter] tells in the reader's language: English, German
// and French, each in a plain file of messages beside this one. Channels for people use it.
//
// A file has lines of the form "key = text". A text may have places in braces, such as
// {title}, which [Words.Say] fills in: with what others have written as it is, so the caller
// escapes the result as its medium needs. Of a key that counts there are two texts, with
// ".one" and ".other"; "singular" lists the numbers that take the first.
//
// The package is pure.
package words

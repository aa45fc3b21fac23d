// Package phrase has the sentences that an office writes again and again (常用语): for each
// command and field, some for a category of matters or a state of the item only, with
// variables that are filled in from the item. And it says what of a form is told to whom,
// word for word, before anybody sends it.
//
// A phrase is a beginning that a person goes on with: nothing is sent by choosing one. It
// never holds personal data, since it is filled from what the ledger shows.
package phrase

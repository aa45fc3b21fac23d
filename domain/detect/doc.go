// Package detect finds, in words that somebody typed, numbers that point at a person:
// telephones, identity numbers, bank cards, car plates. The form warns of them before
// anything is sent, and what is to be public is refused while one stands in it (domain.md
// §7.1). Names and addresses are for people to find; nothing here says that a text is free
// of them.
//
// People space numbers, hyphenate them, type them full width or write them in Chinese
// figures. Therefore a text is read as groups of figures, and neighbouring groups that
// together make a known number are one find:
//
//	138 0013 8000      a mobile
//	一三八零零一三八零零零  the same
//	2026-10-13         three groups, no find
//
// An identity number counts only with its check digit and a day of birth that exists, a bank
// card only with its Luhn digit. Any other unbroken run of eleven figures or more, and groups
// spaced as on a card, are a [Long] number: a mistyped one of those, an account, or an order
// number of a shop; people decide.
package detect

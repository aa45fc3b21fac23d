// Package sieve notices what tells a program from a person when an opinion is sent over the
// web. It refuses nothing: what it notices becomes a doubt ([events.Doubt]), and an opinion
// with a doubt is looked at by a person before it is queued (待甄别). So nobody is turned away
// for having an old telephone, and nobody has to read letters in a picture.
//
//	proof   a number N such that SHA-256 of "ID:N" begins with [Bits] zero bits, ID being the
//	        id of the command. A browser finds it in a second while the form is being read;
//	        it cannot be used twice, since an id is carried out once. Without scripts there is
//	        none: that is the slower way in, not a closed one.
//	time    a form that was opened and sent within [Quickest]
//	trap    a field that people do not see
//	many    more opinions from one address than [Rate] lets through, counted by the caller
package sieve

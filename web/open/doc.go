// Package open writes what machines may read of released items: Atom feeds, the yearly files
// of open data and the sitemap. It is given items as the public reads them and adds nothing:
// whatever must stay inside is not in projections.PublicItem.
//
//	Feed      the newest items of a unit, an area or a category
//	Story     what happened to one item
//	Year      the released items of one year, as .csv or .json, with their dictionary
//	Sitemap   the addresses that a search engine may know
//
// Identifiers are public ids, which never change and tell nothing about a person. The same
// items give the same bytes, so that an ETag can stand for them.
package open

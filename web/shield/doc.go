// Package shield is what stands between the network and the pages, and needs to know
// nothing of either: from which address a request really comes ([Proxies]), how often an
// address may ask ([Rates]), which headers every answer bears ([Headers]), and what of a
// browser the audit trail keeps ([Agent]).
//
// Forwarded addresses are believed only of peers that were named as proxies. Memory is
// bounded whatever comes in.
package shield

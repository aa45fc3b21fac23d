// Package rungs keeps the supervision ladders that an office sets (督办阶梯) as facts of the
// log: who may set them, and which hold now. What rungs mean is package domain/ladder.
//
// A [Keeper] holds the newest [ladder.Book] it knows and never waits; what another node set
// reaches it with its next [Keeper.Refresh], which the sweep calls before each round. A step
// is decided on the item by the book of the node that gives it, under an id made of the item,
// the watched day and the level: so no change of a ladder takes a step twice.
package rungs

// Package sample draws the look-backs (回头看抽样, domain.md §6: “抽查不少于一成，至少一件”).
//
// Each week the closed items whose look-back falls into it stand in one hat, each as heavy
// as the risk it bears ([Weigh]); [Share] of a hundred are drawn, at least one. A draw is a
// fact of its own with the seed and everything that stood in the hat, so that anybody can
// draw the same lot again ([Choose]):
//
//	for k in 1…weight: sha256(seed "/" item "/" k); an item counts by its smallest hash,
//	and those with the smallest are drawn
//
// An item of weight w is so first with w times the chance of one of weight 1, in whole
// numbers only.
//
// A [Drawer] keeps the draws of a week in the log under one id. The guard of that id lets
// one process draw; another that comes at the same moment finds what was drawn.
package sample

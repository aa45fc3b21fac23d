// Package trail records what an auditor asks for and no command says: that data left in a
// file, and that somebody tried what he may not.
//
// A file is handed out only after that it leaves was recorded. What was refused is recorded
// once a day for each person, command, rule and item, and [maxRefused] times at most, so
// that nobody can fill the log by trying. What the public tries is not recorded here.
package trail

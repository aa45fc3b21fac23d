package web

import (
	"context"

	"xiaohao/projections"
)

// Status is what the program says of itself: `xiaohao status --json` and GET /api/v1/status.
type Status struct {
	Version      string                   `json:"version"`
	Stream       string                   `json:"stream"`
	Identity     string                   `json:"identity"` // of the stream; a position means nothing without it
	Server       string                   `json:"server"`   // version of the JetStream server
	Durability   string                   `json:"durability"`
	Replicas     int                      `json:"replicas"`
	Messages     uint64                   `json:"messages"`
	Bytes        uint64                   `json:"bytes"`
	LastSequence uint64                   `json:"last_sequence"`    // of the log
	Position     uint64                   `json:"position"`         // of the read models
	Behind       uint64                   `json:"behind"`           // messages the read models still lack
	LagSeconds   float64                  `json:"lag_seconds"`      // since when they lack something
	Progress     float64                  `json:"progress_seconds"` // since they moved on last
	Frozen       bool                     `json:"frozen"`           // the log moves on and they do not
	Loading      bool                     `json:"loading"`          // they are being built for the first time
	Runner       string                   `json:"runner"`           // host and process that keeps them, "" for none
	Parked       []projections.ParkedItem `json:"parked"`           // items set aside
	SigningKey   string                   `json:"signing_key"`      // public key of the daily roots
	RootDay      string                   `json:"root_day"`         // of the newest one, "" before the first
	RootSequence uint64                   `json:"root_sequence"`    // up to where it covers the log
	Error        string                   `json:"error,omitempty"`
}

// StatusFunc asks the program how it is.
type StatusFunc func(context.Context) (Status, error)
